import { useTranslation } from "react-i18next";
import { Link, useRoute } from "wouter";

/** The two ways to look at who and oneself like each other: mutual, and waiting for an answer. */
export function Views() {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("likes.views")}>
      <ul className="flex gap-2">
        <View href="/matches" words={t("likes.matches")} />
        <View href="/likes" words={t("likes.title")} />
      </ul>
    </nav>
  );
}

function View({ href, words }: { href: string; words: string }) {
  const [here] = useRoute(href);
  return (
    <li>
      <Link
        href={href}
        aria-current={here ? "page" : undefined}
        className="inline-flex min-h-11 items-center rounded-full border border-line px-4 text-sm font-semibold hover:bg-sea-wash aria-[current=page]:border-sea aria-[current=page]:bg-sea-wash aria-[current=page]:text-sea"
      >
        {words}
      </Link>
    </li>
  );
}

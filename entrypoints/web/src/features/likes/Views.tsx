import { useTranslation } from "react-i18next";
import { Link, useRoute } from "wouter";

/** The ways to look at the people one knows of: who is a match, who waits for an answer, and who says something. */
export function Views() {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("likes.views")}>
      <ul className="flex flex-wrap gap-2">
        <View href="/matches" words={t("likes.matches")} />
        <View href="/likes" words={t("likes.title")} />
        <View href="/search" words={t("search.title")} />
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

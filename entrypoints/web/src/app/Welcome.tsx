import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { LinkButton } from "../design/Button";

const PROMISES = ["few", "explained", "fair", "quiet"] as const;

/** What SaltBitter is, to whoever has just come. */
export function Welcome() {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `SaltBitter · ${t("welcome.title")}`;
  }, [t]);
  return (
    <div className="mx-auto grid w-full max-w-5xl animate-arrive gap-12 px-4 py-10 sm:px-6 sm:py-16">
      <section className="grid items-center gap-8 md:grid-cols-[1fr_20rem]">
        <div className="grid gap-6">
          <h1 className="text-3xl">{t("welcome.title")}</h1>
          <p className="max-w-xl text-lg text-soft">{t("welcome.lead")}</p>
          <div className="flex flex-wrap gap-3">
            <LinkButton href="/join">{t("welcome.join")}</LinkButton>
            <LinkButton href="/login" look="quiet">
              {t("welcome.login")}
            </LinkButton>
          </div>
        </div>
        <Overlap />
      </section>
      <ul className="grid gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-2">
        {PROMISES.map((promise) => (
          <li key={promise} className="grid content-start gap-2 bg-surface p-6 sm:p-8">
            <h2 className="text-xl">{t(`welcome.${promise}.title`)}</h2>
            <p className="text-soft">{t(`welcome.${promise}.words`)}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Two that overlap: the sign of the house, drawn large. */
function Overlap() {
  return (
    <svg viewBox="0 0 320 240" aria-hidden="true" className="mx-auto w-full max-w-80">
      <circle cx="118" cy="120" r="98" fill="var(--sea)" opacity="0.9" />
      <circle cx="202" cy="120" r="98" fill="var(--bitter)" opacity="0.82" />
      <path d="M160 31.5 a98 98 0 0 1 0 177 a98 98 0 0 1 0 -177" fill="var(--ground)" opacity="0.92" />
    </svg>
  );
}

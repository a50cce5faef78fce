import { Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { LINK } from "../design/Button";
import { keepFocus } from "../design/focus";
import { lazy } from "./lazy";
import { OfflineLine } from "./Offline";
import { Place, PLACE } from "./Place";
import { choose, LANGUAGES, type Language } from "../i18n";

const PLACES = ["today", "matches", "insights", "privacy", "settings"] as const;
export const SignOut = lazy(() => import("./SignOut"));
const DEMO = "demo" in document.documentElement.dataset;

/** What is around every page: the way past it, the brand, where one can go, and the quiet lines at the foot. */
export function Shell({ signedIn, children }: { signedIn: boolean; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className="flex min-h-dvh flex-col">
      <a href="#main" className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-20 focus:rounded-sm focus:bg-surface focus:p-3">
        {t("shell.skip")}
      </a>
      {DEMO ? <DemoLine /> : null}
      <OfflineLine />
      <header className="border-b border-line bg-ground/95">
        <div className="mx-auto flex w-full max-w-5xl flex-wrap items-center justify-between gap-x-6 gap-y-1 px-4 py-3 sm:px-6">
          <Link href="/" className="flex min-h-11 items-center gap-2.5 font-display text-lg font-semibold tracking-tight">
            <img src="/icon.svg" alt="" width="30" height="30" />
            SaltBitter
          </Link>
          {signedIn ? (
            <>
              <Places />
              <Suspense fallback={<span className={`${PLACE} invisible`}>{t("settings.logout")}</span>}>
                <SignOut />
              </Suspense>
            </>
          ) : (
            <VisitorPlaces />
          )}
        </div>
      </header>
      <main ref={keepFocus} id="main" tabIndex={-1} data-quiet-focus className="flex-1">
        {children}
      </main>
      <footer className="border-t border-line text-sm text-soft">
        <div className="mx-auto flex w-full max-w-5xl flex-wrap items-center justify-between gap-4 px-4 py-5 sm:px-6">
          <p>{t("shell.promise")}</p>
          <LanguageChoice />
        </div>
      </footer>
    </div>
  );
}

function Places() {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("shell.places")} className="order-last -mx-1.5 w-full sm:order-none sm:mx-0 sm:ml-auto sm:w-auto">
      <ul className="flex flex-wrap justify-between sm:justify-start sm:gap-x-1">
        {PLACES.map((place) => (
          <li key={place}>
            <Place href={`/${place}`}>{t(`shell.${place}`)}</Place>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function VisitorPlaces() {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("shell.places")} className="flex gap-1">
      <Place href="/login">{t("shell.login")}</Place>
      <Place href="/join">{t("shell.join")}</Place>
    </nav>
  );
}

function LanguageChoice() {
  const { t, i18n } = useTranslation();
  return (
    <label className="flex items-center gap-2">
      {t("shell.language")}
      <select
        className="min-h-9 rounded-sm border border-edge bg-surface px-2 text-ink"
        value={i18n.language}
        onChange={(event) => void choose(event.target.value as Language)}
      >
        {Object.entries(LANGUAGES).map(([key, name]) => (
          <option key={key} value={key} lang={key}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The demo's own pages are no pages of this client: they are gone to by the browser. */
function DemoLine() {
  const { t } = useTranslation();
  return (
    <aside aria-label={t("demo.label")} className="bg-bitter-wash text-sm">
      <p className="mx-auto flex w-full max-w-5xl flex-wrap gap-x-4 px-4 py-1.5 sm:px-6">
        <span>{t("demo.made")}</span>
        <a className={LINK} href="/demo">
          {t("demo.try")}
        </a>
        <a className={LINK} href="/demo/mailbox">
          {t("demo.mailbox")}
        </a>
      </p>
    </aside>
  );
}

import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface PageProps {
  title: string;
  lead?: ReactNode;
  /** Shown above the title, such as where in a path one is. */
  above?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

/** The page that somebody has just come back from by the browser's history. Noted before the router shows another. */
let cameFrom: string | null = null;
let here = location.pathname;
for (const move of ["popstate", "pushState", "replaceState"]) {
  addEventListener(move, () => {
    if (move !== "replaceState") cameFrom = move === "popstate" ? here : null;
    here = location.pathname;
  });
}

/** Put the focus on the link to that page, where there is one. */
function goBackTo(left: string): boolean {
  const link = document.querySelector<HTMLElement>(`main a[href="${left}"]`);
  link?.focus();
  return link !== null;
}

/** Go back to the link once what the page shows has come, unless its reader has gone anywhere else meanwhile. */
function onceThere(left: string): () => void {
  const { activeElement } = document;
  const watch = new MutationObserver(() => {
    if (document.activeElement !== activeElement || goBackTo(left)) watch.disconnect();
  });
  watch.observe(document.body, { childList: true, subtree: true });
  return () => watch.disconnect();
}

/** One page: names the document, moves the focus to its heading, as a fresh page would, and keeps lines readable. The
same page in another language is no fresh one: whoever chose the language is still where they chose it. Nor is one that
somebody comes back to: the browser shows it where they were, and the focus is on the link by which they had left, or comes to it with what is shown. */
export function Page({ title, lead, above, wide = false, children }: PageProps) {
  const { language } = useTranslation().i18n;
  const heading = useRef<HTMLHeadingElement>(null);
  const spoken = useRef<string>(null);
  useEffect(() => {
    document.title = `${title} · SaltBitter`;
    const reworded = spoken.current !== null && spoken.current !== language;
    spoken.current = language;
    if (reworded) return;
    const from = cameFrom;
    cameFrom = null;
    if (from === null) window.scrollTo({ top: 0 });
    else if (goBackTo(from)) return;
    heading.current?.focus({ preventScroll: true });
    return from === null ? undefined : onceThere(from);
  }, [title, language]);
  return (
    <div className={`mx-auto grid w-full animate-arrive gap-8 px-4 py-8 sm:px-6 sm:py-12 ${wide ? "max-w-5xl" : "max-w-2xl"}`}>
      <header className="grid gap-3">
        {above}
        <h1 ref={heading} tabIndex={-1} className="text-2xl">
          {title}
        </h1>
        {lead ? <div className="max-w-prose text-lg text-soft">{lead}</div> : null}
      </header>
      {children}
    </div>
  );
}

export function Card({ children, className = "" }: { children: ReactNode; className?: string }) {
  return <section className={`rounded-lg border border-line bg-surface p-5 shadow-rest sm:p-7 ${className}`}>{children}</section>;
}

/** One part of a page that has several, with what it is for. */
export function Part({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  return (
    <section className="grid gap-4 border-t border-line pt-8">
      <div className="grid gap-1">
        <h2 className="text-xl">{title}</h2>
        {lead ? <p className="text-soft">{lead}</p> : null}
      </div>
      {children}
    </section>
  );
}

/** How one of several things that are listed looks: what it is, and what one can do about it. */
export const ROW = "flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-md border border-line bg-surface p-4";

/** While something is on its way: said to those who cannot see it, and calm to those who can. */
export function Loading({ rows = 3 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" data-loading className="grid gap-4">
      <span className="sr-only">{t("state.loading")}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="h-24 animate-pulse rounded-lg bg-sunken" />
      ))}
    </div>
  );
}

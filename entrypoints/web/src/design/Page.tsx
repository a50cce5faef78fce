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

/** One page: names the document, moves the focus to its heading, as a fresh page would, and keeps lines readable. */
export function Page({ title, lead, above, wide = false, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · SaltBitter`;
    heading.current?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }, [title]);
  return (
    <div className={`mx-auto grid w-full animate-arrive gap-8 px-4 py-8 sm:px-6 sm:py-12 ${wide ? "max-w-5xl" : "max-w-2xl"}`}>
      <header className="grid gap-3">
        {above}
        <h1 ref={heading} tabIndex={-1} className="text-2xl">
          {title}
        </h1>
        {lead ? <p className="max-w-prose text-lg text-soft">{lead}</p> : null}
      </header>
      {children}
    </div>
  );
}

export function Card({ children, className = "" }: { children: ReactNode; className?: string }) {
  return <section className={`rounded-lg border border-line bg-surface p-5 shadow-rest sm:p-7 ${className}`}>{children}</section>;
}

/** While something is on its way: said to those who cannot see it, and calm to those who can. */
export function Loading({ rows = 3 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" className="grid gap-4">
      <span className="sr-only">{t("state.loading")}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="h-24 animate-pulse rounded-lg bg-sunken" />
      ))}
    </div>
  );
}

import type { ComponentProps, ReactNode } from "react";
import { Link } from "wouter";

const LOOKS = {
  primary: "bg-sea text-on-sea border-sea hover:brightness-110",
  quiet: "bg-surface text-ink border-edge hover:bg-sea-wash",
  danger: "bg-surface text-alarm border-alarm hover:bg-alarm-wash",
} as const;
const SHAPE =
  "inline-flex min-h-12 items-center justify-center gap-2 rounded-full border px-6 py-2.5 text-center font-semibold " +
  "leading-tight transition duration-200 ease-calm disabled:opacity-60 forced-colors:border-[ButtonText]";

type Look = keyof typeof LOOKS;

interface BareProps extends ComponentProps<"button"> {
  busy?: boolean;
}

/** A button that says that it is at work without going away or losing the focus. */
function Bare({ busy = false, type = "button", className = "", onClick, ...rest }: BareProps) {
  return (
    <button
      type={type}
      aria-busy={busy}
      aria-disabled={busy || undefined}
      className={`${className} ${busy ? "animate-pulse" : ""}`}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      {...rest}
    />
  );
}

export function Button({ look = "primary", className = "", ...rest }: BareProps & { look?: Look }) {
  return <Bare className={`${SHAPE} ${LOOKS[look]} ${className}`} {...rest} />;
}

export function LinkButton({ href, look = "primary", className = "", children }: { href: string; look?: Look; className?: string; children: ReactNode }) {
  return (
    <Link href={href} className={`${SHAPE} ${LOOKS[look]} ${className}`}>
      {children}
    </Link>
  );
}

/** A link that the browser follows itself, to a page that is a document of its own. */
export function BrowserLink({ href, look = "primary", children }: { href: string; look?: Look; children: ReactNode }) {
  return (
    <a href={href} className={`${SHAPE} ${LOOKS[look]}`}>
      {children}
    </a>
  );
}

/** A button in the midst of text, or one of little weight. */
export function TextButton({ className = "", ...rest }: BareProps) {
  return <Bare className={`${LINK} min-h-6 ${className}`} {...rest} />;
}

export const LINK = "text-sea underline decoration-1 underline-offset-4 hover:decoration-2";

import { Link, useRoute } from "wouter";

/** How what stands in the line of places looks. */
export const PLACE =
  "inline-flex min-h-11 items-center rounded-full px-1.5 text-sm max-[22.5rem]:px-1 max-[22.5rem]:text-xs font-semibold underline-offset-8 hover:bg-sea-wash " +
  "aria-[current=page]:text-sea aria-[current=page]:underline aria-[current=page]:decoration-2 sm:px-3";

export function Place({ href, children }: { href: string; children: string }) {
  const [here] = useRoute(href);
  return (
    <Link href={href} aria-current={here ? "page" : undefined} className={PLACE}>
      {children}
    </Link>
  );
}

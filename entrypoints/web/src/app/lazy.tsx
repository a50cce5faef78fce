import { lazy as reactLazy, useState, type ComponentType } from "react";
import { ProblemError } from "../api/problem";

/** A document that is older may be of a release that is gone with its scripts; a younger one knows which there are. */
const YOUNG_MS = 30_000;

/** A page whose script is fetched when it is wanted. One that does not come is asked for once more by a fresh document,
unless this one is fresh itself; without a connection that is the same problem as any other. What was fetched before is
shown at once: React keeps a placeholder, once shown, for 300 ms. */
export function lazy<P extends object>(load: () => Promise<{ default: ComponentType<P> }>) {
  let fetched: ComponentType<P> | undefined;
  const fetchPage = () =>
    load().then(
      (page) => {
        fetched = page.default;
        return page;
      },
      () => {
        if (navigator.onLine && performance.now() > YOUNG_MS) {
          location.reload();
          return new Promise<never>(() => undefined); // nothing is said any more: the page goes
        }
        throw new ProblemError({ code: "offline", detail: "SaltBitter could not be reached." });
      },
    );
  const Fetching = reactLazy(fetchPage);
  function Page(props: P) {
    const [Shown] = useState<ComponentType<P>>(() => fetched ?? Fetching);
    return <Shown {...props} />;
  }
  return Object.assign(Page, { fetchPage });
}

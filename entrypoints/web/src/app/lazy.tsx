import { lazy as reactLazy, useState, type ComponentType } from "react";
import { ProblemError } from "../api/problem";

/** A page whose script is fetched when it is wanted; without a connection that is the same problem as any other. What was
fetched before is shown at once: React keeps a placeholder, once shown, for 300 ms. */
export function lazy<P extends object>(load: () => Promise<{ default: ComponentType<P> }>) {
  let fetched: ComponentType<P> | undefined;
  const fetchPage = () =>
    load().then(
      (page) => {
        fetched = page.default;
        return page;
      },
      () => {
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

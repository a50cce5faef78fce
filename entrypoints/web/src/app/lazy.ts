import { lazy as reactLazy, type ComponentType } from "react";
import { ProblemError } from "../api/problem";

/** A page whose script is fetched when it is wanted; without a connection that is the same problem as any other. */
export function lazy<P>(load: () => Promise<{ default: ComponentType<P> }>) {
  return reactLazy(() =>
    load().catch(() => {
      throw new ProblemError({ code: "offline", detail: "SaltBitter could not be reached." });
    }),
  );
}

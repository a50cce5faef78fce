import { readFileSync } from "node:fs";

const source = (file) => readFileSync(new URL(`../src/${file}`, import.meta.url), "utf8");

/** The pages of the client's own table of routes, each as what its address looks like. Those that only lead on are none. */
function pages() {
  const [, steps] = /STEPS = \[([^\]]+)\]/.exec(source("features/onboarding/Onboarding.tsx"));
  const addresses = [...source("app/App.tsx").matchAll(/<Route path="([^"]+)"(.*)/g)]
    .filter(([, , shown]) => !shown.includes("<Redirect"))
    .flatMap(([, path]) => (path.includes(":step?") ? [...steps.matchAll(/\w+/g)].map(([step]) => path.replace(":step?", step)) : [path]));
  return [...new Set(addresses)].map((path) => [path, new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`)]);
}

/** The pages at which nobody looked, by the addresses that were looked at. */
export function unseen(addresses) {
  return pages().filter(([, like]) => !addresses.some((address) => like.test(address))).map(([path]) => path);
}

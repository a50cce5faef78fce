/** The charter: on no page of the client is anybody pushed. Every page is rendered over answers made from the API's document. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { App } from "./app/App";
import de from "./i18n/de";
import en from "./i18n/en";
import { signedIn as signIn, signedOut, type SessionTokens } from "./api/session";
import { STEPS } from "./features/onboarding/Onboarding";
import { answers, ID } from "./sampling";

const SOURCES = import.meta.glob<string>(["./**/*.{ts,tsx}", "!./**/*.test.*", "!./testing.ts"], { query: "?raw", import: "default", eager: true });
const APP = readFileSync("src/app/App.tsx", "utf8");
/** Every address that one of the client's own tables of routes names, with something in each place that is left open. */
const addresses = (table: "VisitorPages" | "MemberPages") =>
  [...(new RegExp(`function ${table}\\(\\) {.*?\n}`, "s").exec(APP)?.[0] ?? "").matchAll(/path="(\/[^"*]*)"/g)]
    .map(([, path]) => path ?? "/")
    .flatMap((path) =>
      path.includes(":step") ? STEPS.map((step) => `/onboarding/${step}`) : [path.replace("/:kind/:item", "/subscribe/premium").replace(/:\w+\??/g, ID)],
    );
const VISITORS = addresses("VisitorPages");
const PAGES = [...VISITORS.map((path) => ["a visitor", path] as const), ...addresses("MemberPages").map((path) => ["a member", path] as const)];
/** Where an address leads a member on to another. */
const LEADS_TO: Record<string, string> = { "/": "/today", "/login": "/today", "/join": "/onboarding/about", "/photos": "/onboarding/photos" };
const PUSHING = /hurry|last chance|only \d+ left|expires? (?:in|soon)|limited (?:time|offer)|don.t miss|act now|best value|most popular|\d+ ?% off|nur noch|letzte chance|beeilen|läuft (?:bald )?ab|verpassen sie nicht|meistgewählt|beliebteste|\d+ ?% rabatt/i;

const TOKENS = { access_token: `x.${btoa('{"iat":0}')}.x`, access_expires_at: new Date(900_000).toISOString() };
const TEXTS = ["terms", "privacy_policy", "orientation", "analytics"].map((purpose) => ({
  purpose, version: "1", title: purpose, text: "Some words", required: false,
}));
const CATALOGUE = { interests: [], values: [], prompts: [], languages: [], vocabularies: {} };

beforeAll(() => {
  vi.stubGlobal("scrollTo", () => undefined);
  // The page where one pays loads itself anew unless it was loaded so already.
  performance.getEntriesByType = () => [{ type: "reload" } as unknown as PerformanceEntry];
  vi.stubGlobal("fetch", answers({ "/api/auth/refresh": TOKENS, "/api/consents/texts": { items: TEXTS }, "/api/catalogue": CATALOGUE }));
});
afterAll(() => vi.unstubAllGlobals());

async function open(path: string, signedIn: boolean) {
  if (signedIn) signIn(TOKENS as SessionTokens);
  else signedOut();
  history.pushState({}, "", path);
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const there = () => document.querySelector("h1") && queries.isFetching() === 0 && !document.body.textContent.includes("Loading …");
  render(
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>,
  );
  // What `act` waits for is shown at once; outside it React holds back what has loaded for a moment, so as not to flicker.
  const arrive = async () => {
    for (let looks = 0; looks < 1500 && there() !== true; looks += 1) await act(() => new Promise((resolve) => setTimeout(resolve, 2)));
    expect(there()).toBe(true);
  };
  await arrive();
  const why = screen.queryByLabelText(en.staff.why);
  if (why) {
    // What is behind the question why staff look is looked at too.
    fireEvent.change(why, { target: { value: "Ticket 4711" } });
    fireEvent.click(screen.getByRole("button", { name: en.staff.look }));
    await arrive();
  }
  expect(document.querySelector("h1")?.textContent).not.toBe(en.state.unreachable);
}

const chosen = () => [...document.querySelectorAll("main input:checked, main [role=switch][aria-checked=true]")];

test("the charter walks every page there is", () => {
  expect(VISITORS).toEqual(expect.arrayContaining(["/forgot-password", "/reset-password", "/keep-email", "/confirm-email", "/appeal"]));
  expect(PAGES.length).toBeGreaterThan(45);
});

test.each(PAGES)("for %s, %s chooses nothing for anybody, and nothing on it runs out", async (who, path) => {
  const signedIn = who === "a member";
  await open(path, signedIn);
  expect(location.pathname).toBe((signedIn ? LEADS_TO[path] : null) ?? path);
  const mine = ["/settings", "/privacy", "/onboarding/about"];
  if (!mine.includes(location.pathname)) expect(chosen().map((each) => each.outerHTML)).toEqual([]);
  expect(document.querySelector("[role=timer], marquee, blink, [autoplay]")).toBeNull();
  expect(document.body.textContent).not.toMatch(PUSHING);
});

test("joining ticks nothing beforehand", async () => {
  await open("/join", false);
  expect(screen.getAllByRole("checkbox").length).toBeGreaterThanOrEqual(2);
  expect(chosen()).toEqual([]);
});

test.each(VISITORS)("%s keeps nothing in the browser of whoever comes for the first time", async (path) => {
  localStorage.clear();
  sessionStorage.clear();
  await open(path, false);
  expect([Object.keys(localStorage), Object.keys(sessionStorage), document.cookie]).toEqual([[], [], ""]);
});

test("the client keeps in a browser what its member chose or began there, that they signed in, and nothing else", () => {
  const keeping = Object.entries(SOURCES).filter(([, text]) => /\b(?:localStorage|sessionStorage|indexedDB|cookieStore|caches)\b|document\.cookie/.test(text));
  expect(keeping.map(([path]) => path).sort()).toEqual(["./api/session.ts", "./features/insights/draft.ts", "./features/settings/theme.ts", "./i18n/index.ts"]);
  const keys = keeping.flatMap(([, text]) => [...text.matchAll(/const [A-Z]+ = "(saltbitter\.\w+)"/g)].map(([, key]) => key));
  expect(keys.sort()).toEqual(["saltbitter.assessment", "saltbitter.language", "saltbitter.session", "saltbitter.theme"]);
  const written = keeping.flatMap(([, text]) => [...text.matchAll(/Storage\.setItem\(([^,]+),/g)].map(([, key]) => key));
  expect(written.sort()).toEqual(["DRAFT", "HINT", "KEPT", "KEPT"]);
});

test("no text in any language pushes", () => {
  expect(`${JSON.stringify(en)}${JSON.stringify(de)}`).not.toMatch(PUSHING);
});

test("no page keeps time, but to look how far a photo, a payment or a copy has come", () => {
  const keeping = Object.entries(SOURCES).filter(([, text]) => /setInterval|refetchInterval|requestAnimationFrame/.test(text)).map(([path]) => path);
  expect(keeping.sort()).toEqual(["./features/membership/Checkout.tsx", "./features/onboarding/Photos.tsx", "./features/privacy/Exports.tsx"]);
});

test("yes and no weigh the same on a person's card", async () => {
  await open("/today", true);
  const shape = (name: RegExp) =>
    (screen.getAllByRole("button", { name })[0]?.className ?? "")
      .split(/\s+/)
      .filter((word) => word !== "" && !/(?:sea|edge|ink|line)/.test(word))
      .sort();
  expect(shape(/^Pass on/)).toEqual(shape(/^Like /));
  expect(shape(/^Like /).length).toBeGreaterThan(5);
});

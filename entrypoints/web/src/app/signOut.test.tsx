import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DRAFT, signedIn, signedOut, type SessionTokens } from "../api/session";
import { chooseTheme } from "../features/settings/theme";
import en from "../i18n/en";
import { answers } from "../sampling";
import { App } from "./App";

const TOKENS = { access_token: `x.${btoa('{"iat":0}')}.x`, access_expires_at: new Date(900_000).toISOString() } as SessionTokens;
const everything = (kept: Storage) => Array.from({ length: kept.length }, (_, index) => kept.key(index)).sort();

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", answers({ "/api/auth/refresh": TOKENS }));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("whoever signs out, from whatever page, leaves nothing of theirs in the browser", async () => {
  signedIn(TOKENS);
  chooseTheme("dark");
  localStorage.setItem(DRAFT, "answers that were not handed in");
  history.pushState({}, "", "/privacy");
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>,
  );
  await waitFor(() => expect(queries.getQueryCache().getAll().length).toBeGreaterThan(0));
  await userEvent.click(await screen.findByRole("button", { name: en.settings.logout }));

  expect(await screen.findByText(en.welcome.title)).toBeTruthy();
  expect(queries.getQueryCache().getAll()).toEqual([]);
  expect(queries.getMutationCache().getAll()).toEqual([]);
  expect(everything(localStorage)).toEqual(["saltbitter.theme"]); // How the screen looks is the browser's, and nobody's.
  expect(everything(sessionStorage)).toEqual([]);
  expect(location.pathname).toBe("/");
  chooseTheme("system");
});

test("whoever's session ends while they do something is told so where they sign in again", async () => {
  signedIn(TOKENS);
  history.pushState({}, "", "/privacy");
  const refused = () => Promise.resolve(Response.json({ code: "session_over", detail: "No.", status: 401 }, { status: 401 }));
  const there = answers();
  let ended = false;
  vi.stubGlobal("fetch", (asked: Request | string) => (ended ? refused() : there(asked)));
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <App />
    </QueryClientProvider>,
  );
  const forget = await screen.findByRole("button", { name: /^Forget/ });
  ended = true;
  await userEvent.click(forget);
  expect(await screen.findByText(en.problem.session_over)).toBeTruthy();
  expect(location.pathname + location.search).toBe("/login?then=%2Fprivacy");

  cleanup();
  signedOut();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <App />
    </QueryClientProvider>,
  );
  await screen.findByRole("heading", { name: en.login.title });
  expect(screen.queryByText(en.problem.session_over)).toBeNull();
});

test("without a network whoever wants to sign out is told that they did not", async () => {
  signedIn(TOKENS);
  history.pushState({}, "", "/privacy");
  const there = answers({ "/api/auth/refresh": TOKENS });
  vi.stubGlobal("fetch", (request: Request) => (request.url.endsWith("/api/auth/logout") ? Promise.reject(new TypeError("no network")) : there(request)));
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <App />
    </QueryClientProvider>,
  );
  await userEvent.click(await screen.findByRole("button", { name: en.settings.logout }));
  expect((await screen.findByRole("alert")).textContent).toMatch(/could not be reached/);
  expect(location.pathname).toBe("/privacy");
});

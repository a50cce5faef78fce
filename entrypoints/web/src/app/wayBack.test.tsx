import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { signedIn, signedOut, type SessionTokens } from "../api/session";
import en from "../i18n/en";
import { answers } from "../sampling";
import { App } from "./App";

const TOKENS = { access_token: `x.${btoa('{"iat":0}')}.x`, access_expires_at: new Date(900_000).toISOString() } as SessionTokens;
const here = () => location.pathname + location.search;

/** The client at this address, where nobody is signed in. */
function open(address: string) {
  signedOut();
  history.pushState({}, "", address);
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <App />
    </QueryClientProvider>,
  );
  return screen.findByRole("heading", { name: en.login.title });
}

beforeEach(() => {
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", answers({ "/api/auth/refresh": TOKENS }));
});
afterEach(() => {
  cleanup();
  signedOut();
  vi.unstubAllGlobals();
});

test.each(["/search?words=quiet+boats%26more&interests=jazz", "/search?words=caf%C3%A9", "/matches", "/people/01890000-0000-7000-8000-000000000001"])(
  "whoever has to sign in on the way to %s is there afterwards",
  async (address) => {
    await open(address);
    expect(location.pathname).toBe("/login");
    act(() => signedIn(TOKENS));
    await waitFor(() => expect(here()).toBe(address));
  },
);

test.each([
  ...["//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example/search?words=x", "javascript:alert(1)", "evil.example"],
  ...["/search/..//evil.example", "?words=x", "/login?then=/login", "/search?words=x#y", ""],
])("after signing in nobody is led to %j", async (address) => {
  await open(`/login?then=${encodeURIComponent(address)}`);
  act(() => signedIn(TOKENS));
  await waitFor(() => expect(here()).toBe("/today"));
});

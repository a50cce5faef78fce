import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Component, Suspense, type ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { signedIn, type SessionTokens } from "../api/session";
import en from "../i18n/en";
import { answers } from "../sampling";
import { App } from "./App";
import { lazy } from "./lazy";

const TOKENS = { access_token: `x.${btoa('{"iat":0}')}.x`, access_expires_at: new Date(900_000).toISOString() } as SessionTokens;

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("a page that breaks takes no other with it: the next is a new try", async () => {
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", answers({ "/api/auth/refresh": TOKENS, "/api/me/matches": { items: [null], next: null } }));
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  signedIn(TOKENS);
  history.pushState({}, "", "/matches");
  render(
    <QueryClientProvider client={new QueryClient()}>
      <App />
    </QueryClientProvider>,
  );
  await screen.findByRole("heading", { name: en.state.unreachable });
  await userEvent.click(screen.getByRole("link", { name: en.shell.settings }));
  await screen.findByRole("heading", { level: 1, name: en.settings.title });
});

class Caught extends Component<{ children: ReactNode }> {
  override state = { error: null as { code: string } | null };
  static getDerivedStateFromError(error: unknown) {
    return { error };
  }
  override render() {
    return this.state.error ? <p>{this.state.error.code}</p> : this.props.children;
  }
}

/** A page whose script is not there, in a document of so many seconds; how often that began anew. */
async function without(age: number, onLine = true) {
  const reload = vi.fn();
  vi.stubGlobal("location", { reload });
  vi.stubGlobal("navigator", { onLine });
  vi.spyOn(performance, "now").mockReturnValue(age * 1000);
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const Page = lazy<object>(() => Promise.reject(new TypeError("Failed to fetch dynamically imported module")));
  render(
    <Caught>
      <Suspense fallback={<p>waiting</p>}>
        <Page />
      </Suspense>
    </Caught>,
  );
  await waitFor(() => expect(reload.mock.calls.length > 0 || screen.queryByText("offline")).toBeTruthy());
  return reload.mock.calls.length;
}

test("a script that went with its release is asked for by a fresh document, and only once", async () => {
  expect(await without(3600)).toBe(1);
  expect(screen.getByText("waiting")).toBeTruthy();
  cleanup();
  expect(await without(2)).toBe(0);
});

test("without a connection nothing begins anew", async () => {
  expect(await without(3600, false)).toBe(0);
});

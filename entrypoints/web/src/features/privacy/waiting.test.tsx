import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { answers } from "../../sampling";
import { Devices } from "./Devices";

afterEach(() => vi.unstubAllGlobals());

test("a button in a row keeps the focus while it waits, and does nothing twice", async () => {
  const deleted: string[] = [];
  const given = answers();
  vi.stubGlobal("fetch", (request: Request) => {
    if (request.method !== "DELETE") return given(request);
    deleted.push(request.url);
    return new Promise(() => undefined);
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Devices />
    </QueryClientProvider>,
  );
  const forget = await screen.findByRole<HTMLButtonElement>("button", { name: /^Forget/ });
  await userEvent.click(forget);
  await waitFor(() => expect(forget.getAttribute("aria-disabled")).toBe("true"));
  await userEvent.click(forget);
  expect(deleted.length).toBe(1);
  expect([forget.disabled, document.activeElement]).toEqual([false, forget]);
});

test("no button goes out of reach while it waits", () => {
  const sources = import.meta.glob<string>("../../**/*.tsx", { query: "?raw", import: "default", eager: true });
  expect(Object.entries(sources).filter(([, text]) => /\sdisabled=\{[^}]*(?:isPending|isFetching|busy)/.test(text)).map(([path]) => path)).toEqual([]);
});

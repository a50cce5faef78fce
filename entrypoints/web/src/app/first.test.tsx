import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { signedIn, signedOut, type SessionTokens } from "../api/session";
import Today from "../features/today/Today";
import { answers } from "../sampling";
import { askFirst } from "./App";

const TOKENS = { access_token: `x.${btoa('{"iat":0}')}.x`, access_expires_at: new Date(900_000).toISOString() } as SessionTokens;
const asked = vi.fn(answers());

const paths = () => asked.mock.calls.map(([request]) => new URL((request as Request).url).pathname);

/** What is asked for before a page is made. */
async function before(path: string, queries = new QueryClient()) {
  history.pushState({}, "", path);
  askFirst(queries);
  await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve));
  return paths();
}

beforeEach(() => {
  asked.mockClear();
  vi.stubGlobal("fetch", asked);
});

test("the people of the day are asked for while their page is being made, once, and the words about them", async () => {
  signedIn(TOKENS);
  expect(await before("/today")).toEqual(["/api/me/daily-matches", "/api/catalogue"]);
});

test("the page shows what was asked for beforehand, and asks for neither again", async () => {
  vi.stubGlobal("scrollTo", () => undefined);
  signedIn(TOKENS);
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 30_000 } } });
  const early = await before("/today", queries);
  render(
    <QueryClientProvider client={queries}>
      <Today />
    </QueryClientProvider>,
  );
  await screen.findAllByRole("article");
  expect(paths().filter((path) => early.includes(path))).toEqual(early);
});

test("a visitor asks for nothing of a member's, and no other page for the people of the day", async () => {
  signedOut();
  expect(await before("/today")).toEqual([]);
  signedIn(TOKENS);
  expect(await before("/settings")).toEqual([]);
});

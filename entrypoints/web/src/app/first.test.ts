import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, test, vi } from "vitest";
import { signedIn, signedOut, type SessionTokens } from "../api/session";
import { answers } from "../sampling";
import { askFirst } from "./App";

const TOKENS = { access_token: `x.${btoa('{"iat":0}')}.x`, access_expires_at: new Date(900_000).toISOString() } as SessionTokens;
const asked = vi.fn(answers());

/** What is asked for before a page is made. */
async function before(path: string) {
  history.pushState({}, "", path);
  askFirst(new QueryClient());
  await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve));
  return asked.mock.calls.map(([request]) => new URL((request as Request).url).pathname);
}

beforeEach(() => {
  asked.mockClear();
  vi.stubGlobal("fetch", asked);
});

test("the people of the day are asked for while their page is being made, once, and the words about them", async () => {
  signedIn(TOKENS);
  expect(await before("/today")).toEqual(["/api/me/daily-matches", "/api/catalogue"]);
});

test("a visitor asks for nothing of a member's, and no other page for the people of the day", async () => {
  signedOut();
  expect(await before("/today")).toEqual([]);
  signedIn(TOKENS);
  expect(await before("/settings")).toEqual([]);
});

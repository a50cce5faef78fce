import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Schemas } from "../../api/client";
import en from "../../i18n/en";
import { answers } from "../../sampling";
import Search from "./Search";

const PROFILE = { user_id: "018f", name: "Ben", age: 34, photos: [], city: "Bath", distance: null, intention: null } as unknown as Schemas["PublicProfile"];
const CATALOGUE = { interests: [{ group: "Music", interests: [{ key: "jazz", label: "Jazz" }] }], values: [], prompts: [], languages: [], vocabularies: {} };
const asked: string[] = [];

/** The page over an API that has found this. */
function open(found: unknown, status = 200) {
  const others = answers({ "/api/catalogue": CATALOGUE });
  vi.stubGlobal("fetch", (request: Request) => {
    if (!request.url.includes("/api/me/acquaintances")) return others(request);
    asked.push(new URL(request.url).search);
    return Promise.resolve(Response.json(found, { status }));
  });
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={queries}>
      <Search />
    </QueryClientProvider>,
  );
}
const search = () => userEvent.click(screen.getByRole("button", { name: en.search.do }));

beforeEach(() => {
  history.replaceState({}, "", "/search");
  asked.length = 0;
  vi.stubGlobal("scrollTo", () => undefined);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("nothing is asked before there is a word or an interest", async () => {
  open({ items: [], more: false });
  await search();
  expect(screen.getByText(en.search.missing)).toBeTruthy();
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("searchbox")));
  expect(asked).toEqual([]);
});

test("words and an interest are asked for together, and whoever is found leads to their page", async () => {
  open({ items: [{ profile: PROFILE, match: null, introduced_on: "2026-05-04", likes_you: false }], more: false });
  await userEvent.type(screen.getByRole("searchbox", { name: en.search.words }), " boats ");
  await userEvent.selectOptions(screen.getByRole("combobox", { name: en.search.interest }), await screen.findByRole("option", { name: "Jazz" }));
  await search();
  expect((await screen.findByRole("link", { name: "Ben, 34" })).getAttribute("href")).toBe("/people/018f");
  expect(screen.getByText(/^Introduced on/)).toBeTruthy();
  expect(screen.getByText(en.search.found_one)).toBeTruthy();
  expect(asked).toEqual(["?words=boats&interests=jazz"]);
});

test("what was searched for is there again for whoever comes back", async () => {
  open({ items: [{ profile: PROFILE, match: null, introduced_on: null, likes_you: false }], more: false });
  await userEvent.type(screen.getByRole("searchbox"), "boats");
  await userEvent.selectOptions(screen.getByRole("combobox"), await screen.findByRole("option", { name: "Jazz" }));
  await search();
  await userEvent.click(await screen.findByRole("link", { name: "Ben, 34" }));
  cleanup();
  history.back();
  await waitFor(() => expect(location.pathname).toBe("/search"));
  open({ items: [{ profile: PROFILE, match: null, introduced_on: null, likes_you: false }], more: false });
  expect(await screen.findByRole("link", { name: "Ben, 34" })).toBeTruthy();
  await screen.findByRole("option", { name: "Jazz" });
  expect(screen.getByRole<HTMLInputElement>("searchbox").value).toBe("boats");
  expect(screen.getByRole<HTMLSelectElement>("combobox").value).toBe("jazz");
});

test("that nobody fits, and that more do than are shown, is said", async () => {
  open({ items: [], more: false });
  await userEvent.type(screen.getByRole("searchbox"), "boats");
  await search();
  expect(await screen.findByText(en.search.none)).toBeTruthy();
  cleanup();
  history.replaceState({}, "", "/search");
  open({ items: [{ profile: PROFILE, match: { at: "2026-05-04T06:00:00Z" }, introduced_on: null, likes_you: true }], more: true });
  await userEvent.type(screen.getByRole("searchbox"), "boats");
  await search();
  expect(await screen.findByText(/^The 1 who fit best/)).toBeTruthy();
  expect(screen.getByText(/^Match since/)).toBeTruthy();
});

test("what cannot be searched for is told with what to do", async () => {
  const fields = [{ path: "words", code: "too_short", message: "“at” is too short." }];
  open({ code: "search_invalid", detail: "This cannot be searched for.", status: 422, fields }, 422);
  await userEvent.type(screen.getByRole("searchbox"), "at");
  await search();
  expect(await screen.findByText(en.field.words_too_short)).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole("searchbox"));
});

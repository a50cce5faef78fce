/** Where rows go on the pages of members, and where they leave the focus. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { signedIn, signedOut, type SessionTokens } from "../api/session";
import en from "../i18n/en";
import { answers, sample } from "../sampling";
import { App } from "./App";

const TOKENS = { access_token: `x.${btoa('{"iat":0}')}.x`, access_expires_at: new Date(900_000).toISOString() } as SessionTokens;
const CATALOGUE = { interests: [], values: [], prompts: [], languages: [], vocabularies: {} };
const any = (schema: string) => sample({ $ref: schema }) as Record<string, object>;
const named = (words: string, name: string) => words.replace(/{{\w+}}/, name);
const focused = (element: () => HTMLElement | undefined) => waitFor(() => expect(document.activeElement).toBe(element()));

/** A page over an API that lists these, until the first of them is acted upon. */
const openList = (page: string, list: string, [first, ...others]: object[]) =>
  open(page, { [list]: { items: [first, ...others], next: null } }, { [list]: { items: others, next: null } });

/** A page over an API that answers so, and differently after it was told to do something. */
async function open(page: string, before: Record<string, unknown>, after: Record<string, unknown> = {}) {
  const given = { "/api/auth/refresh": TOKENS, "/api/catalogue": CATALOGUE, ...before };
  const sampled = answers(given);
  vi.stubGlobal("fetch", (request: Request | string) => {
    if (request instanceof Request && request.method !== "GET") Object.assign(given, after);
    return sampled(request);
  });
  history.pushState({}, "", page);
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <App />
    </QueryClientProvider>,
  );
  await screen.findByRole("heading", { level: 1 });
}

beforeEach(() => {
  vi.stubGlobal("scrollTo", () => undefined);
  signedIn(TOKENS);
});
afterEach(() => {
  cleanup();
  signedOut();
  vi.unstubAllGlobals();
});

test.each([
  ["device", "/api/me/devices", "DeviceView", "id", "label", en.devices.forgetNamed],
  ["session", "/api/me/sessions", "SessionView", "id", "label", en.privacy.endNamed],
  ["block", "/api/me/blocks", "BlockView", "user_id", "name", en.privacy.liftNamed],
])("after a %s that is removed the focus is on the button of the next", async (_, list, schema, id, label, words) => {
  await openList("/privacy", list, ["Old", "New"].map((name) => ({ ...any(schema), [id]: name, [label]: name, current: false })));
  await userEvent.click(await screen.findByRole("button", { name: named(words, "Old") }));
  await focused(() => screen.getByRole("button", { name: named(words, "New") }));
  expect(screen.queryByRole("button", { name: named(words, "Old") })).toBeNull();
});

test("after a photo that is deleted the focus is in the next", async () => {
  const photo = (position: number) => ({ ...any("PhotoView"), id: String(position), position, state: "approved", addresses: [] });
  await openList("/onboarding/photos", "/api/me/photos", [photo(0), photo(1)]);
  const [remove] = await screen.findAllByRole("button", { name: en.photos.remove });
  if (remove) await userEvent.click(remove);
  await waitFor(() => expect(screen.getAllByRole("button", { name: en.photos.remove }).length).toBe(1));
  await focused(() => within(screen.getByRole("article")).getAllByRole("button")[0]);
});

test("after an answer to somebody the focus is on whoever comes next, and what came of it is said", async () => {
  const like = (name: string) => ({ ...any("LikeView"), profile: { ...any("LikeView")["profile"], user_id: name, name, age: 34 } });
  await openList("/likes", "/api/me/likes-received", [like("Ben"), like("Tom")]);
  await userEvent.click(await screen.findByRole("button", { name: named(en.today.passOn, "Ben") }));
  await focused(() => screen.getByRole("link", { name: "Tom, 34" }));
  expect(screen.getByText(/Ben/).closest("[role=status]")).toBeTruthy();
});

test("whoever turns to another page of the day is led to its beginning", async () => {
  const page = (number: number) => ({ ...any("DailyView"), missing: [], page: number, pages: number, may_ask_for_more: true });
  await open("/today", { "/api/me/daily-matches": page(1), "/api/me/daily-matches/next-page": page(2) }, { "/api/me/daily-matches": page(2) });
  const more = await screen.findByRole("button", { name: en.today.more });
  more.focus();
  await userEvent.click(more);
  await waitFor(() => expect(screen.getByRole("button", { current: "page" }).textContent).toBe(named(en.today.page, "2")));
  await focused(() => screen.getByRole("heading", { level: 1 }));
});

test("a session on a device that nobody named is called a device where it is ended", async () => {
  await openList("/privacy", "/api/me/sessions", [{ ...any("SessionView"), label: "", current: false }]);
  expect(await screen.findByRole("button", { name: named(en.privacy.endNamed, en.privacy.someDevice) })).toBeTruthy();
});

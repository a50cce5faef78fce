import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { renew, signedIn, signedOut, type SessionTokens } from "../api/session";
import en from "../i18n/en";
import { answers, ID, sample } from "../sampling";
import { App } from "./App";

const tokens = (user_id: string) =>
  ({ access_token: `x.${btoa('{"iat":0}')}.x`, access_expires_at: new Date(900_000).toISOString(), session_id: user_id, user_id }) as SessionTokens;
const ANNA = tokens("anna");
const BEN = tokens("ben");
const WRITTEN = "I wonder about quiet boats.";
const CATALOGUE = { interests: [], values: [], prompts: [], languages: [], vocabularies: {} };
const PROFILE = { time_zone: "Europe/Lisbon", content: { name: "Anna", bio: "", genders: [], prompts: [{ prompt: "quiet_boats", answer: "" }], preferences: { genders: [] } } };
const PHOTO = { id: ID, position: 0, state: "refused", refusal: null, what_to_do: null, appeal: null, reason: null, addresses: [] };
const REFUSED = { code: "session_over", detail: "No.", status: 401 };
const SESSION_OVER = () => Promise.resolve(Response.json(REFUSED, { status: 401 }));
const OTHER = "018f0000-0000-7000-8000-000000000002";
const person = (user_id: string, name: string) => {
  const view = sample({ $ref: "#/components/schemas/PersonView" }) as { profile: object };
  return { ...view, profile: { ...view.profile, user_id, name }, decision: null, match: null };
};
const there = answers({
  "/api/catalogue": CATALOGUE,
  "/api/me/reviews": { items: [] },
  "/api/me/profile": PROFILE,
  "/api/me/photos": { items: [PHOTO] },
  [`/api/people/${ID}`]: person(ID, "Clara"),
  [`/api/people/${OTHER}`]: person(OTHER, "Dora"),
});

beforeEach(() => {
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", there);
});
afterEach(() => {
  cleanup();
  signedOut();
  vi.unstubAllGlobals();
});

/** The client at this address, where Anna is signed in. */
function open(address: string) {
  history.pushState({}, "", address);
  signedIn(ANNA);
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <App />
    </QueryClientProvider>,
  );
}
const field = (name: string | RegExp) => screen.findByRole<HTMLTextAreaElement>("textbox", { name });
const review = () => field(en.reviews.doubt);

/** The session ends, as it shows when the next token is asked for. */
async function end() {
  vi.stubGlobal("fetch", SESSION_OVER);
  await act(() => renew());
  await screen.findByRole("heading", { name: en.login.title });
  vi.stubGlobal("fetch", there);
}

test.each([
  ["/privacy", en.reviews.doubt],
  ["/onboarding/about", new RegExp(en.profile.bio)],
  ["/onboarding/story", "quiet_boats"],
  ["/onboarding/photos", en.photos.appealWords],
])("what a member writes on %s while their session ends is there when they have signed in again", async (address, name) => {
  open(address);
  await userEvent.type(await field(name), WRITTEN);
  await end();
  expect(JSON.stringify([localStorage, sessionStorage])).not.toContain("boats");
  act(() => signedIn(ANNA));
  expect((await field(name)).value).toBe(WRITTEN);
});

test("a note to somebody is open again with its words", async () => {
  open(`/people/${ID}`);
  await userEvent.click(await screen.findByRole("button", { name: en.today.withNote }));
  await userEvent.type(await field(/^A note to/), WRITTEN);
  await end();
  act(() => signedIn(ANNA));
  expect((await field(/^A note to/)).value).toBe(WRITTEN);
});

test("a note to somebody is not there for whoever is looked at next", async () => {
  open(`/people/${OTHER}`);
  await screen.findByRole("heading", { name: /^Dora/ });
  act(() => history.pushState({}, "", `/people/${ID}`));
  await screen.findByRole("heading", { name: /^Clara/ });
  await userEvent.click(screen.getByRole("button", { name: en.today.withNote }));
  await userEvent.type(await field(/^A note to/), WRITTEN);
  act(() => history.pushState({}, "", `/people/${OTHER}`));
  await screen.findByRole("heading", { name: /^Dora/ });
  expect(screen.getByRole("button", { name: en.today.withNote })).toBeTruthy();
  expect(screen.queryByDisplayValue(WRITTEN)).toBeNull();
});

test("somebody else who signs in then does not see it, nor does the member after them", async () => {
  open("/privacy");
  await userEvent.type(await review(), WRITTEN);
  await end();
  act(() => signedIn(BEN));
  expect((await review()).value).toBe("");
  await end();
  act(() => signedIn(ANNA));
  expect((await review()).value).toBe("");
});

test("somebody else who signed in in another tab does not see it", async () => {
  open("/privacy");
  await userEvent.type(await review(), WRITTEN);
  await end();
  vi.stubGlobal("fetch", answers({ "/api/me/reviews": { items: [] }, "/api/auth/refresh": BEN }));
  localStorage.setItem("saltbitter.session", BEN.session_id);
  act(() => void dispatchEvent(new StorageEvent("storage", { key: "saltbitter.session", newValue: BEN.session_id })));
  expect((await review()).value).toBe("");
});

test("it does not outlive signing out, here or in another tab", async () => {
  open("/privacy");
  await userEvent.type(await review(), WRITTEN);
  await end();
  act(() => void dispatchEvent(new StorageEvent("storage", { key: "saltbitter.session", newValue: null })));
  act(() => signedIn(ANNA));
  const again = await review();
  expect(again.value).toBe("");
  await userEvent.type(again, WRITTEN);
  await userEvent.click(screen.getByRole("button", { name: en.settings.logout }));
  await screen.findByText(en.welcome.title);
  cleanup();
  open("/privacy");
  expect((await review()).value).toBe("");
});

test("what a member leaves by themselves, without saving it, is not kept", async () => {
  open("/privacy");
  await userEvent.type(await review(), WRITTEN);
  await userEvent.click(screen.getByRole("link", { name: en.shell.settings }));
  await screen.findByRole("heading", { name: en.settings.title });
  await end();
  act(() => signedIn(ANNA));
  act(() => history.pushState({}, "", "/privacy"));
  expect((await review()).value).toBe("");
});

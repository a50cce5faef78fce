import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import en from "../../i18n/en";
import { answers } from "../../sampling";
import { Facts } from "../today/PersonHeader";
import type { Schemas } from "../../api/client";
import Interests from "./Interests";
import Onboarding from "./Onboarding";

const CATALOGUE = { interests: [], values: [], prompts: [], languages: [], vocabularies: { intention: [{ key: "long_term", label: "Something lasting" }] } };
const refused = () => Promise.resolve(Response.json({ code: "internal_error", detail: "No.", status: 500 }, { status: 500, headers: { "Content-Type": "application/problem+json" } }));

beforeEach(() => vi.stubGlobal("scrollTo", () => undefined));
afterEach(() => vi.unstubAllGlobals());

function shown(page: React.ReactNode, queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } })) {
  render(<QueryClientProvider client={queries}>{page}</QueryClientProvider>);
  return queries;
}

test("where the words of a profile do not come, the page says so and tries again", async () => {
  const there = answers({ "/api/catalogue": CATALOGUE });
  let away = true;
  vi.stubGlobal("fetch", (request: Request) => (away && request.url.endsWith("/api/catalogue") ? refused() : there(request)));
  shown(<Onboarding step="interests" />);
  await screen.findByRole("alert");
  away = false;
  await userEvent.click(screen.getByRole("button", { name: en.state.tryAgain }));
  await screen.findByRole("heading", { name: en.onboarding.interests.title });
});

test("what keeps a member from being introduced is asked for anew once their profile is changed", async () => {
  vi.stubGlobal("fetch", answers({ "/api/catalogue": CATALOGUE, "/api/me/profile": { version: 1, content: { interests: [] } } }));
  const queries = shown(<Interests next={() => undefined} />);
  queries.setQueryData(["today", null, "en"], { missing: ["complete_profile"] });
  await userEvent.click(await screen.findByRole("button", { name: en.onboarding.save }));
  await waitFor(() => expect(queries.getQueryState(["today", null, "en"])?.isInvalidated).toBe(true));
});

test("until the words for it are there, nothing is said of a person in keys", async () => {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const there = answers({ "/api/catalogue": CATALOGUE });
  vi.stubGlobal("fetch", (request: Request) => arrived.then(() => there(request)));
  shown(<Facts profile={{ city: "Jena", distance: null, intention: "long_term" } as Schemas["PublicProfile"]} />);
  expect(document.body.textContent).toBe("Jena");
  arrive();
  await screen.findByText("Jena · Something lasting");
});

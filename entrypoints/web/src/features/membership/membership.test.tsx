import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef, type ReactNode } from "react";
import { beforeEach, expect, test, vi } from "vitest";
import type { Schemas } from "../../api/client";
import { signedOut } from "../../api/session";
import { ContractCard } from "./ContractCard";
import { ordering, type Intent } from "./intents";
import type { Plan } from "./membership";
import type { Payer } from "./payers";
import { Plans } from "./Plans";
import { Terms } from "./Terms";
import TestCards from "./TestCards";

const usd = (amount_minor: number) => ({ amount_minor, currency: "USD" });
const ENTITLED = { daily_matches: 10, see_who_liked: false, advanced_filters: false, ai_messages_a_day: 50, coaching_insights: false, weekly_report: false };
const PLANS: Plan[] = [
  { tier: "free", version: 1, price: usd(0), summary: "", terms: "", entitlements: ENTITLED },
  { tier: "premium", version: 1, price: usd(1999), summary: "", terms: "", entitlements: { ...ENTITLED, daily_matches: null, see_who_liked: true } },
  { tier: "elite", version: 1, price: usd(4999), summary: "", terms: "", entitlements: { ...ENTITLED, daily_matches: null, weekly_report: true } },
];
const CONTRACT: Schemas["ContractView"] = {
  tier: "premium",
  price: usd(1999),
  paid_tier: "premium",
  began_at: "2026-05-04T12:00:00Z",
  period_ends_at: "2026-06-04T12:00:00Z",
  renews: true,
  past_due: false,
  withdrawable_until: "2126-05-18T12:00:00Z",
};
const SUBSCRIBE: Intent = { kind: "subscribe", tier: "premium", price: usd(1999) };

const asked = vi.fn<(request: Request) => Response>();
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" } });
const within = (page: ReactNode) => render(<QueryClientProvider client={new QueryClient()}>{page}</QueryClientProvider>);

beforeEach(() => {
  signedOut();
  asked.mockReset();
  vi.stubGlobal("fetch", (request: Request) => Promise.resolve(request).then(asked));
});

test("plans stand side by side with their whole price, and none is chosen or looks better", () => {
  render(<Plans plans={PLANS} contract={null} held="free" />);
  expect(screen.queryAllByRole("radio")).toEqual([]);
  const [premium, elite, ...more] = screen.getAllByRole<HTMLAnchorElement>("link");
  expect(more).toEqual([]);
  expect([premium?.getAttribute("href"), elite?.getAttribute("href")]).toEqual(["/checkout/subscribe/premium", "/checkout/subscribe/elite"]);
  expect(premium?.className).toBe(elite?.className);
  expect(screen.getByText("$19.99 in total, tax included, now and again every month until you cancel.")).toBeTruthy();
  expect(screen.getByText("This is your plan").closest("li")?.textContent).toContain("Free");
});

test("whoever cancelled is not led into paying again by a change", () => {
  render(<Plans plans={PLANS} contract={{ ...CONTRACT, renews: false }} held="premium" />);
  expect(screen.queryAllByRole("link")).toEqual([]);
});

test("cancelling takes two presses, of which the second looks no worse than staying", async () => {
  asked.mockImplementation(() => json(200, { id: "1", kind: "cancel", item: "", amount: usd(0), state: "done", made_at: "2026-05-05T12:00:00Z" }));
  within(<ContractCard contract={CONTRACT} />);
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  const sure = screen.getByRole("button", { name: "Cancel the plan" });
  expect(sure.className).toBe(screen.getByRole("button", { name: "Leave it as it is" }).className);
  expect(asked).not.toHaveBeenCalled();
  await userEvent.click(sure);
  expect((await screen.findByRole("status")).textContent).toContain("It is cancelled.");
  expect(new URL(asked.mock.calls[0]?.[0].url ?? "").pathname).toBe("/api/me/subscription/cancel");
});

test("before paying one reads what is paid now, what later, and how one gets out", () => {
  render(<Terms intent={SUBSCRIBE} />);
  for (const words of ["$19.99, tax included", "$19.99 every month, until you cancel"]) expect(screen.getByText(words)).toBeTruthy();
  expect(screen.getByText(/Within 14 days you can withdraw/)).toBeTruthy();
});

test("no test card is chosen beforehand, and without one nothing is ordered", async () => {
  const payer = createRef<Payer>();
  render(<TestCards ref={payer} asks amount={usd(1999)} monthly />);
  expect(screen.getAllByRole<HTMLInputElement>("radio").map((radio) => radio.checked)).toEqual(Array(5).fill(false));
  expect(await payer.current?.method()).toBe(null);
  expect(await screen.findByText("Choose a test card.")).toBeTruthy();
  await userEvent.click(screen.getByRole("radio", { name: /3155/ }));
  expect(await payer.current?.method()).toBe("pm_card_authenticationRequired");
});

test("the test bank is asked only once the member agrees", async () => {
  const payer = createRef<Payer>();
  asked.mockImplementation(() => new Response(null, { status: 204 }));
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => Promise.resolve(asked(new Request(new URL(path, location.origin), init))));
  render(<TestCards ref={payer} asks amount={usd(1999)} monthly />);
  const refused = payer.current?.confirm("secret");
  await userEvent.click(await screen.findByRole("button", { name: "No" }));
  expect(await refused).toBe(false);
  expect(asked).not.toHaveBeenCalled();
  const agreed = payer.current?.confirm("secret");
  await userEvent.click(await screen.findByRole("button", { name: "Yes, it is mine" }));
  expect(await agreed).toBe(true);
  expect(await asked.mock.calls[0]?.[0].json()).toEqual({ client_secret: "secret" });
});

test("an order without an answer is sent again as it was, and a refused one anew", async () => {
  const place = ordering();
  const sent = async () =>
    Promise.all(asked.mock.calls.map(async ([request]) => [request.headers.get("Idempotency-Key"), ((await request.json()) as { payment_method: string }).payment_method]));
  asked.mockImplementation(() => json(503, { code: "payment_gateway_away", detail: "Away." }));
  await expect(place(SUBSCRIBE, "pm_1")).rejects.toThrow("Away.");
  asked.mockImplementation(() => json(402, { code: "payment_refused", detail: "No." }));
  await expect(place(SUBSCRIBE, "pm_2")).rejects.toThrow("No.");
  await expect(place(SUBSCRIBE, "pm_3")).rejects.toThrow("No.");
  const [first, second, third] = await sent();
  expect(second).toEqual(first);
  expect(third?.[0]).not.toBe(first?.[0]);
  expect(third?.[1]).toBe("pm_3");
});

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import en from "../../i18n/en";
import { answers, ID } from "../../sampling";
import BreachRegister from "./BreachRegister";

const BREACH = {
  id: ID, kind: "scraping", state: "confirmed", opened_at: "2026-05-04T06:00:00Z", found: 1200, scope: { since: "2026-05-04T05:00:00Z", until: null },
  aware_at: "2026-05-04T08:00:00Z", due_at: "2026-05-07T08:00:00Z", severity: null, score: null, level: null, authority_to_be_told: true,
  members_to_be_told: false, affected: 417, authority_notified_at: null, members_notified: 0,
  timeline: [{ sequence: 1, at: "2026-05-04T06:00:00Z", by: "detector", step: "opened", words: "Many profiles were read." }],
};
const DRAFT = { nature: "", people: "", data: [], delay: "", due_at: null, contact: "", consequences: "", measures: "", missing: ["what was done"], text: "To the authority" };

const ASSESSED = {
  ...BREACH, severity: { context: "sensitive", identification: "maximum", confidentiality: "limited", integrity: "none", availability: "none", malicious: false },
  score: 4.25, level: "very_high", members_to_be_told: true, affected: null,
};

function stands(breach: object) {
  vi.stubGlobal(
    "fetch",
    answers({
      "/api/staff/breaches": { items: [breach], next: null },
      [`/api/staff/breaches/${ID}`]: breach,
      [`/api/staff/breaches/${ID}/notification`]: DRAFT,
    }),
  );
}

async function look() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <BreachRegister />
    </QueryClientProvider>,
  );
  await userEvent.type(screen.getByLabelText(en.staff.why), "Ticket 1");
  await userEvent.click(screen.getByRole("button", { name: en.staff.look }));
}

beforeEach(() => {
  vi.stubGlobal("scrollTo", () => undefined);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("staff who say why see the register, and of one breach all that stands there and the draft", async () => {
  stands(BREACH);
  await look();
  expect(await screen.findByText(/has to be told by .*7/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: /^Look at: Many profiles read/ }));

  expect(await screen.findByText("417")).toBeTruthy();
  expect(screen.getByText("Many profiles were read.")).toBeTruthy();
  expect(await screen.findByText("To the authority")).toBeTruthy();
  expect(screen.getByText("what was done")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: en.breach.all }));
  expect(await screen.findByRole("button", { name: /^Look at: Many profiles read/ })).toBeTruthy();
});

test("whom an assessed breach is about is being counted until it is found, and not assessed before", async () => {
  stands(ASSESSED);
  await look();
  await userEvent.click(await screen.findByRole("button", { name: /^Look at: Many profiles read/ }));

  expect(await screen.findByText(en.breach.beingCounted)).toBeTruthy();
  expect(screen.queryByText(en.breach.notAssessed)).toBeNull();
});

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import en from "../../i18n/en";
import { answers, ID } from "../../sampling";
import Suspensions from "./Suspensions";

const asked = vi.fn<(sent: { path: string; why: string | null; body: unknown }) => void>();

beforeEach(() => {
  asked.mockReset();
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", async (request: Request) => {
    asked({ path: new URL(request.url).pathname, why: request.headers.get("X-Audit-Reason"), body: await request.clone().json() });
    return answers()(request);
  });
});
afterEach(() => vi.unstubAllGlobals());

function decide(decision: string) {
  fireEvent.change(screen.getByLabelText(en.suspensions.member), { target: { value: ID } });
  fireEvent.click(screen.getByLabelText(decision));
  fireEvent.change(screen.getByLabelText(en.staff.reason), { target: { value: "Seen." } });
  fireEvent.click(screen.getByText(en.staff.do));
}

test("nobody is shut out before it is said whom, how and why; then each decision is sent as it was made", async () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Suspensions />
    </QueryClientProvider>,
  );
  fireEvent.change(screen.getByLabelText(en.staff.why), { target: { value: "Ticket 1" } });
  fireEvent.click(screen.getByText(en.staff.look));
  fireEvent.click(screen.getByText(en.staff.do));
  for (const words of [en.suspensions.memberNeeded, en.staff.decide, en.form.required]) expect(screen.getByText(words)).toBeTruthy();
  expect(asked).not.toHaveBeenCalled();

  decide(en.suspensions.underAge);
  expect(await screen.findByText(en.suspensions.suspended)).toBeTruthy();
  expect(asked).toHaveBeenLastCalledWith({ path: `/api/staff/members/${ID}/suspension`, why: "Ticket 1", body: { reason: "Seen.", under_age: true } });
  decide(en.suspensions.suspend);
  await waitFor(() => expect(asked).toHaveBeenCalledTimes(2));
  expect(await screen.findByText(en.suspensions.suspended)).toBeTruthy();
  expect(asked.mock.lastCall?.[0].body).toEqual({ reason: "Seen.", under_age: false });
  decide(en.suspensions.restore);
  expect(await screen.findByText(en.suspensions.restored)).toBeTruthy();
  expect(asked).toHaveBeenLastCalledWith({ path: `/api/staff/members/${ID}/restoration`, why: "Ticket 1", body: { reason: "Seen." } });
  decide(en.suspensions.removeFactor);
  expect(await screen.findByText(en.suspensions.factorRemoved)).toBeTruthy();
  expect(asked).toHaveBeenLastCalledWith({ path: `/api/staff/members/${ID}/second-factor/removal`, why: "Ticket 1", body: { reason: "Seen." } });
});

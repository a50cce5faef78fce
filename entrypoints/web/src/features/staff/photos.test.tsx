import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import en from "../../i18n/en";
import { answers, ID } from "../../sampling";
import PhotoReviews from "./PhotoReviews";

const PHOTO = { id: ID, position: 0, state: "in_review", uploaded_at: "2026-05-04T06:00:00Z", refusal: null, appeal: null, reason: null, addresses: [] };

beforeEach(() => vi.stubGlobal("scrollTo", () => undefined));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** The page, with the photo waiting, so changed, and why one looks said; the decisions that are sent. */
async function waiting(changes: Record<string, unknown> = {}) {
  const respond = answers({ "/api/staff/photos/waiting": { items: [{ ...PHOTO, ...changes }] }, [`/api/staff/photos/${ID}/review`]: { ...PHOTO, state: "approved" } });
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "POST") sent.push(await request.clone().json());
    return respond(request);
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <PhotoReviews />
    </QueryClientProvider>,
  );
  await userEvent.type(screen.getByLabelText(en.staff.why), "Ticket 1");
  await userEvent.click(screen.getByRole("button", { name: en.staff.look }));
  await screen.findByText(en.staff.first);
  return sent;
}

test("a photo that nobody has judged is approved without words and refused with them", async () => {
  await waiting();
  expect(screen.getByText(en.staff.unseen)).toBeTruthy();
  await userEvent.click(screen.getByRole("radio", { name: en.staff.refuse.replace("{{reason}}", en.refusal.not_allowed) }));
  await userEvent.click(screen.getByRole("button", { name: en.staff.do }));
  expect(screen.getByText(en.form.required)).toBeTruthy();

  await userEvent.click(screen.getByRole("radio", { name: en.staff.approve }));
  await userEvent.click(screen.getByRole("button", { name: en.staff.do }));
  expect(await screen.findByText(en.staff.decided_one)).toBeTruthy();
  expect(screen.getByText(en.staff.none)).toBeTruthy();
});

test("an appeal is answered in words, whatever is decided", async () => {
  await waiting({ state: "appealed", appeal: "It is me." });
  expect(screen.getByText("It is me.")).toBeTruthy();
  await userEvent.click(screen.getByRole("radio", { name: en.staff.approve }));
  await userEvent.click(screen.getByRole("button", { name: en.staff.do }));
  expect(screen.getByText(en.form.required)).toBeTruthy();
});

test("whoever seems to be a minor at the first look is refused and shut out by one decision, in words", async () => {
  const sent = await waiting();
  await userEvent.click(screen.getByRole("radio", { name: en.staff.refuseUnderAge }));
  await userEvent.click(screen.getByRole("button", { name: en.staff.do }));
  expect(screen.getByText(en.form.required)).toBeTruthy();

  await userEvent.type(screen.getByLabelText(en.staff.reason), "You look younger than 18.");
  await userEvent.click(screen.getByRole("button", { name: en.staff.do }));
  expect(await screen.findByText(en.staff.decided_one)).toBeTruthy();
  expect(sent).toEqual([{ refusal: "not_allowed", reason: "You look younger than 18.", owner_seems_under_age: true }]);
});

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { choose } from "../../i18n";
import de from "../../i18n/de";
import en from "../../i18n/en";
import { answers } from "../../sampling";
import Join from "./Join";
import { SHORTEST_PASSWORD } from "./forms";

const TEXTS = ["terms", "privacy_policy"].map((purpose) => ({ purpose, version: "1", language: "en", title: purpose, text: "Some words", required: true }));
const REFUSAL = { code: "registration_invalid", detail: "No.", status: 422, fields: [{ path: "password", code: "common", message: "Common." }] };

beforeEach(() => {
  vi.stubGlobal("scrollTo", () => undefined);
  const given = answers({ "/api/consents/texts": { items: TEXTS } });
  vi.stubGlobal("fetch", (request: Request) =>
    request.method === "POST"
      ? Promise.resolve(Response.json(REFUSAL, { status: 422, headers: { "Content-Type": "application/problem+json" } }))
      : given(request),
  );
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Join />
    </QueryClientProvider>,
  );
});
afterEach(async () => {
  cleanup();
  vi.unstubAllGlobals();
  await choose("en");
});

const inGerman = () => act(() => choose("de"));
const wrongWith = (label: string) => {
  const described = screen.getByLabelText(label).getAttribute("aria-describedby") ?? "";
  return described.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
};

test("what is wrong with a field is said in the language that is chosen later, and what was entered stays", async () => {
  await userEvent.type(await screen.findByLabelText(en.account.password), "short");
  await userEvent.click(screen.getByRole("button", { name: en.join.do }));
  expect(wrongWith(en.account.email)).toContain(en.form.required);
  await inGerman();
  expect(wrongWith(de.account.email)).toContain(de.form.required);
  expect(wrongWith(de.account.password)).toContain(de.form.passwordShort.replace("{{count}}", String(SHORTEST_PASSWORD)));
  const terms = screen.getByRole("checkbox", { name: new RegExp(de.purpose.terms) });
  expect(document.getElementById(terms.getAttribute("aria-describedby") ?? "")?.textContent).toContain(de.join.termsNeeded);
  expect(screen.getByLabelText<HTMLInputElement>(de.account.password).value).toBe("short");
});

test("what the API refused of a field is said in the language that is chosen later", async () => {
  await userEvent.type(await screen.findByLabelText(en.account.email), "mira@example.org");
  await userEvent.type(screen.getByLabelText(en.account.password), "password1234");
  await userEvent.type(screen.getByLabelText(en.account.dateOfBirth), "1992-03-14");
  for (const agreement of screen.getAllByRole("checkbox")) await userEvent.click(agreement);
  await userEvent.click(screen.getByRole("button", { name: en.join.do }));
  await waitFor(() => expect(wrongWith(en.account.password)).toContain(en.field.common));
  expect(document.activeElement).toBe(screen.getByLabelText(en.account.password));
  await inGerman();
  expect(wrongWith(de.account.password)).toContain(de.field.common);
});

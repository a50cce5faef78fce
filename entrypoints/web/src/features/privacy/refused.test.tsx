import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { ProblemError } from "../../api/problem";
import en from "../../i18n/en";
import { answers } from "../../sampling";
import Values from "../onboarding/Values";
import { PasswordForm } from "./PasswordForm";

const WRONG = [{ path: "password", code: "wrong", message: "No." }];
const VALUES = ["care", "power"].map((key) => ({ key, label: key, description: key }));

afterEach(() => vi.unstubAllGlobals());

test.each([
  ["password", new ProblemError({ code: "password_refused", detail: "No.", status: 422, fields: WRONG }), en.account.password, en.field.wrong],
  ["code", new ProblemError({ code: "code_refused", detail: "No.", status: 422 }), en.secondFactor.code, en.problem.code_refused],
])("a %s that the server refuses is told beside its field, which has the focus", async (_, refusal, label, words) => {
  const form = (error: unknown) => <PasswordForm withCode action="Do it" busy={false} error={error} onSubmit={() => undefined} />;
  const { rerender } = render(form(null));
  await userEvent.type(screen.getByLabelText(en.account.password), "a password");
  await userEvent.type(screen.getByLabelText(en.secondFactor.code), "123456");
  await userEvent.click(screen.getByRole("button"));
  rerender(form(refusal));
  const field = screen.getByLabelText(label);
  await waitFor(() => expect(document.activeElement).toBe(field));
  expect(field.parentElement?.textContent).toContain(words);
  expect(screen.queryByRole("alert")).toBeNull();
});

function rating(values: Record<string, number>) {
  vi.stubGlobal("fetch", answers({ "/api/catalogue": { interests: [], values: VALUES, prompts: [], languages: [], vocabularies: {} } }));
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  queries.setQueryData(["profile"], { version: 1, content: { values } });
  render(
    <QueryClientProvider client={queries}>
      <Values next={() => undefined} />
    </QueryClientProvider>,
  );
}

test("whoever leaves a value open is led to the first that is", async () => {
  rating({ care: 3 });
  await userEvent.click(await screen.findByRole("button", { name: en.onboarding.save }));
  const [first] = Array.from(screen.getByRole("group", { name: "power" }).querySelectorAll("input"));
  await waitFor(() => expect(document.activeElement).toBe(first));
});

test.each([
  ["rates values anew", { care: 3 }, 1],
  ["rates them for the first time", {}, 0],
])("whoever %s is told beforehand what it costs, if anything", async (_, values, told) => {
  rating(values);
  await screen.findByRole("button", { name: en.onboarding.save });
  expect(screen.queryAllByText(en.values.anew)).toHaveLength(told);
});

import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { expect, test, vi } from "vitest";
import { Link, Route } from "wouter";
import { ProblemError } from "../api/problem";
import { Button } from "./Button";
import { Choices, Toggle } from "./Choices";
import { TextField } from "./Field";
import { ProblemNotice } from "./Notice";
import { Page } from "./Page";
import { choose, type Language } from "../i18n";

const OPTIONS = ["Tea", "Coffee", "Water"].map((label) => ({ key: label, label }));

function Drinks({ many, most }: { many?: boolean; most?: number }) {
  const [chosen, setChosen] = useState<string[]>([]);
  return (
    <Choices legend="Drinks" options={OPTIONS} chosen={chosen} onChange={setChosen} many={many ?? false} {...(most === undefined ? {} : { most })} />
  );
}

test("nothing is chosen beforehand", () => {
  render(<Drinks many />);
  for (const choice of screen.getAllByRole<HTMLInputElement>("checkbox")) expect(choice.checked).toBe(false);
});

test("of many one is chosen, and only one", async () => {
  render(<Drinks />);
  await userEvent.click(screen.getByRole("radio", { name: "Tea" }));
  await userEvent.click(screen.getByRole("radio", { name: "Coffee" }));
  expect(screen.getAllByRole<HTMLInputElement>("radio").map((radio) => radio.checked)).toEqual([false, true, false]);
});

test("beyond the most nothing more can be chosen, and what is chosen can be taken back", async () => {
  render(<Drinks many most={1} />);
  await userEvent.click(screen.getByRole("checkbox", { name: "Tea" }));
  expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "Coffee" }).disabled).toBe(true);
  await userEvent.click(screen.getByRole("checkbox", { name: "Tea" }));
  expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "Coffee" }).disabled).toBe(false);
});

test("a toggle says what it is for and changes only when somebody changes it", async () => {
  const onChange = vi.fn();
  render(
    <Toggle label="News" on={false} onChange={onChange}>
      Once a month.
    </Toggle>,
  );
  const toggle = screen.getByRole("switch", { name: "News" });
  expect(toggle.getAttribute("aria-checked")).toBe("false");
  expect(document.getElementById(toggle.getAttribute("aria-describedby") ?? "")?.textContent).toBe("Once a month.");
  await userEvent.click(toggle);
  expect(onChange).toHaveBeenCalledExactlyOnceWith(true);
});

test("a busy button keeps the focus and does nothing twice", async () => {
  const onClick = vi.fn();
  const { rerender } = render(<Button onClick={onClick}>Save</Button>);
  await userEvent.click(screen.getByRole("button"));
  rerender(
    <Button busy onClick={onClick}>
      Save
    </Button>,
  );
  await userEvent.click(screen.getByRole("button"));
  expect(onClick).toHaveBeenCalledTimes(1);
  expect(document.activeElement).toBe(screen.getByRole("button"));
});

test("a field is tied to its hint and to what is wrong with it", () => {
  render(<TextField label="Name" hint="As you are called." error="Please fill this in." />);
  const field = screen.getByLabelText("Name");
  const described = (field.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent);
  expect(described[0]).toBe("As you are called.");
  expect(described[1]).toContain("Please fill this in.");
  expect(field.getAttribute("aria-invalid")).toBe("true");
});

test("a problem is said in the member's words, with what to do", async () => {
  const retry = vi.fn();
  render(<ProblemNotice error={new ProblemError({ code: "offline", detail: "x" })} retry={retry} />);
  expect(screen.getByRole("alert").textContent).toContain("could not be reached");
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(retry).toHaveBeenCalledOnce();
});

test("a mistake of ours names the request to ask about, a refusal does not", () => {
  const { rerender } = render(<ProblemNotice error={new ProblemError({ code: "internal_error", detail: "", status: 500, request_id: "r-77" })} />);
  expect(screen.getByRole("alert").textContent).toContain("r-77");
  rerender(<ProblemNotice error={new ProblemError({ code: "person_missing", detail: "", status: 404, request_id: "r-78" })} />);
  expect(screen.getByRole("alert").textContent).not.toContain("r-78");
});

function Languages() {
  const { t } = useTranslation();
  return (
    <Page title={t("settings.title")}>
      <select aria-label="Language" onChange={(event) => void choose(event.target.value as Language)}>
        <option>en</option>
        <option>de</option>
      </select>
    </Page>
  );
}

test("a page begins at its heading, and in another language goes on where its reader is", async () => {
  vi.stubGlobal("scrollTo", vi.fn());
  render(<Languages />);
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Settings" }));
  await userEvent.selectOptions(screen.getByLabelText("Language"), "de");
  await screen.findByRole("heading", { name: "Einstellungen" });
  expect([document.title, document.activeElement]).toEqual(["Einstellungen · SaltBitter", screen.getByLabelText("Language")]);
  await choose("en");
  vi.unstubAllGlobals();
});

/** The list is there at once, or once it has come. */
function Places({ come = true }: { come?: boolean }) {
  return (
    <main>
      <Route path="/list">
        <Page title="List">
          <Link href="/first">First</Link>
          {come ? <Link href="/second">Second</Link> : null}
        </Page>
      </Route>
      <Route path="/second">
        <Page title="Second">
          <Link href="/list">Back to the list</Link>
        </Page>
      </Route>
    </main>
  );
}

test("whoever goes back is where they were, and whoever goes on begins at the heading", async () => {
  const scrollTo = vi.fn();
  vi.stubGlobal("scrollTo", scrollTo);
  history.pushState({}, "", "/list");
  render(<Places />);
  await userEvent.click(screen.getByRole("link", { name: "Second" }));
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Second" }));
  expect(scrollTo).toHaveBeenCalledTimes(2);

  history.back();
  const left = await screen.findByRole("link", { name: "Second" });
  expect(document.activeElement).toBe(left);
  expect(scrollTo).toHaveBeenCalledTimes(2);

  await userEvent.click(screen.getByRole("link", { name: "Second" }));
  await userEvent.click(screen.getByRole("link", { name: "Back to the list" }));
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "List" }));
  expect(scrollTo).toHaveBeenCalledTimes(4);
  vi.unstubAllGlobals();
});

test.each([
  ["goes on where they were once it has come", "List", "Second"],
  ["is left to what they do meanwhile", "First", "First"],
])("whoever goes back to a list that is still on its way %s", async (_, waiting, then) => {
  vi.stubGlobal("scrollTo", vi.fn());
  history.pushState({}, "", "/list");
  const { rerender } = render(<Places />);
  await userEvent.click(screen.getByRole("link", { name: "Second" }));
  rerender(<Places come={false} />);
  history.back();
  const heading = await screen.findByRole("heading", { name: "List" });
  expect(document.activeElement).toBe(heading);
  screen.getByText(waiting).focus();
  rerender(<Places />);
  await screen.findByRole("link", { name: "Second" });
  await waitFor(() => expect(document.activeElement).toBe(screen.getByText(then)));
  vi.unstubAllGlobals();
});

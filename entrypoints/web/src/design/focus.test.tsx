import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState, type ReactNode } from "react";
import { expect, test } from "vitest";
import { Button, TextButton } from "./Button";
import { keepFocus, toFocus } from "./focus";
import { Form } from "./Form";
import { Notice, ProblemNotice } from "./Notice";
import { Loading, Part } from "./Page";

const show = (children: ReactNode) =>
  render(
    <main ref={keepFocus}>
      <h1>Things</h1>
      <Part title="Drinks">{children}</Part>
    </main>,
  );
const heading = (name: string) => screen.getByRole("heading", { name });
const button = (name: string) => screen.getByRole("button", { name });
const settled = () => new Promise((resolve) => setTimeout(resolve));
const focused = (element: () => HTMLElement) => waitFor(() => expect(document.activeElement).toBe(element()));

const asked: (() => void)[] = [];
/** The server answers whatever it was asked. */
const answered = () => act(() => asked.splice(0).forEach((answer) => answer()));

/** Rows that can be removed, except water, once the server has answered. */
function Rows({ first, none }: { first: string[]; none?: string }) {
  const [rows, setRows] = useState(first);
  if (rows.length === 0 && none) return <p>{none}</p>;
  return (
    <ul>
      {rows.map((row) => (
        <li key={row}>
          {row}
          {row === "Water" ? null : <TextButton onClick={() => asked.push(() => setRows((now) => now.filter((each) => each !== row)))}>{`Remove ${row}`}</TextButton>}
        </li>
      ))}
    </ul>
  );
}

test("after a row that was removed the focus is in the next, else in the one before, and at the heading after the last", async () => {
  show(<Rows first={["Tea", "Water", "Milk", "Wine"]} />);
  await userEvent.click(button("Remove Tea"));
  answered();
  await focused(() => button("Remove Milk"));
  await userEvent.click(button("Remove Wine"));
  answered();
  await focused(() => button("Remove Milk"));
  await userEvent.keyboard("{Enter}");
  answered();
  await focused(() => heading("Drinks"));
});

test("where words take the place of a list, they have the focus", async () => {
  show(<Rows first={["Tea"]} none="Nothing to drink." />);
  await userEvent.click(button("Remove Tea"));
  answered();
  await focused(() => screen.getByText("Nothing to drink."));
});

test("whoever went on meanwhile, or pressed where nothing takes the focus, is left where they are", async () => {
  show(<Rows first={["Tea", "Milk", "Wine"]} />);
  await userEvent.click(button("Remove Tea"));
  button("Remove Wine").focus();
  answered();
  await settled();
  expect(document.activeElement).toBe(button("Remove Wine"));
  await userEvent.click(button("Remove Milk"));
  await userEvent.click(heading("Things"));
  answered();
  await settled();
  expect(screen.queryByRole("button", { name: "Remove Milk" })).toBeNull();
  expect(document.activeElement).toBe(document.body);
});

/** Asked once more before it is done; then it says so. */
function Asking() {
  const [state, setState] = useState("at rest");
  if (state === "done") return <Notice role="status">It is done.</Notice>;
  if (state === "at rest") {
    return (
      <div>
        <Button onClick={() => setState("asked")}>Pour it away</Button>
      </div>
    );
  }
  return (
    <Form onSubmit={() => setState("done")}>
      <p>Are you sure?</p>
      <Button type="submit">Yes</Button>
      <Button onClick={() => setState("at rest")}>No</Button>
    </Form>
  );
}

test("the focus is on what took the place of what was used, and on its button where it is no more than one", async () => {
  show(<Asking />);
  await userEvent.click(button("Pour it away"));
  await focused(() => screen.getByText("Are you sure?").parentElement as HTMLElement);
  await userEvent.click(button("No"));
  await focused(() => button("Pour it away"));
  await userEvent.keyboard("{Enter}");
  await userEvent.click(button("Yes"));
  await focused(() => screen.getByText("It is done."));
});

function Trying() {
  const [loading, setLoading] = useState(false);
  return loading ? <Loading /> : <ProblemNotice error={new Error("No.")} retry={() => setLoading(true)} />;
}

test("whoever tries again waits at the heading above", async () => {
  show(<Trying />);
  await userEvent.click(screen.getByRole("button"));
  await focused(() => heading("Drinks"));
});

function Noting() {
  const [writing, setWriting] = useState(false);
  return (
    <li>
      {writing ? <textarea ref={toFocus} /> : null}
      <button type="button">Like</button>
      {writing ? null : <TextButton onClick={() => setWriting(true)}>With a note</TextButton>}
    </li>
  );
}

test("in a row the focus goes on to what comes next or came before, unless the page has put it elsewhere", async () => {
  show(<Noting />);
  await userEvent.click(button("With a note"));
  await focused(() => screen.getByRole("textbox"));
});

test("a page that goes as a whole leaves the focus to the next", async () => {
  const Pages = () => {
    const [next, setNext] = useState(false);
    return <main ref={keepFocus}>{next ? <h1>Next</h1> : <div><button type="button" onClick={() => setNext(true)}>Go on</button></div>}</main>;
  };
  render(<Pages />);
  await userEvent.click(button("Go on"));
  await settled();
  expect(document.activeElement).toBe(document.body);
});

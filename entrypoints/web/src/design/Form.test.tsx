import { QueryClient, QueryClientProvider, useMutation } from "@tanstack/react-query";
import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { Button } from "./Button";
import { Choices } from "./Choices";
import { TextField } from "./Field";
import { Form } from "./Form";

const TEA = [{ key: "tea", label: "Tea" }];

/** Looks at the drink and the name by itself; the town is the server's to refuse. */
function Order({ ask }: { ask: () => Promise<unknown> }) {
  const [name, setName] = useState("");
  const [drink, setDrink] = useState<string[]>([]);
  const [tried, setTried] = useState(false);
  const order = useMutation({ mutationFn: ask });
  return (
    <Form
      onSubmit={() => {
        setTried(true);
        if (name !== "" && drink.length > 0) order.mutate();
      }}
    >
      <TextField label="Town" error={order.isError ? "Nobody knows it." : undefined} />
      <Choices legend="Drink" options={TEA} chosen={drink} onChange={setDrink} error={tried && drink.length === 0 ? "Choose one." : undefined} />
      <TextField label="Name" value={name} error={tried && name === "" ? "Give a name." : undefined} onChange={(event) => setName(event.target.value)} />
      <Button type="submit" busy={order.isPending}>
        Order
      </Button>
    </Form>
  );
}

/** The form, and a server that answers when it is told to. */
function open() {
  const asked: ((why: Error) => void)[] = [];
  const ask = vi.fn(() => new Promise((_, refuse) => asked.push(refuse)));
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Order ask={ask} />
    </QueryClientProvider>,
  );
  return { ask, refuse: () => act(() => Promise.resolve(asked.at(-1)?.(new Error("No.")))) };
}

const button = () => screen.getByRole("button");
const town = () => screen.getByLabelText("Town");
const name = () => screen.getByLabelText("Name");
const tea = () => screen.getByRole("radio", { name: "Tea" });
const focused = (element: () => HTMLElement) => waitFor(() => expect(document.activeElement).toBe(element()));

async function order() {
  await userEvent.click(button());
  await act(() => new Promise((resolve) => setTimeout(resolve)));
}

test("after a try that the form refuses the first field that is wrong has the focus, also if it is a choice, and at every try", async () => {
  const { ask } = open();
  await order();
  await focused(tea);
  await userEvent.click(tea());
  await order();
  await focused(name);
  await order();
  await focused(name);
  expect(ask).not.toHaveBeenCalled();
});

test("after a try that the server refuses the field that is wrong has the focus, and not what was wrong before", async () => {
  const { refuse } = open();
  await userEvent.click(tea());
  await userEvent.type(name(), "Mira");
  await order();
  expect(document.activeElement).toBe(button());
  await refuse();
  await focused(town);
  await order();
  expect(document.activeElement).toBe(button());
  await refuse();
  await focused(town);
});

test("whoever writes on before the answer comes is left where they are", async () => {
  const { refuse } = open();
  await userEvent.click(tea());
  await userEvent.type(name(), "Mira");
  await order();
  await userEvent.type(name(), " B");
  await refuse();
  await waitFor(() => expect(town().getAttribute("aria-invalid")).toBe("true"));
  expect(document.activeElement).toBe(name());
});

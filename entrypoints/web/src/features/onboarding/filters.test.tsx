import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { FilterCost, PeopleLeft } from "./FilterCosts";

const COSTS = {
  people: 240,
  and_more: false,
  left: 175,
  filters: [
    { filter: "age", hides: 60 },
    { filter: "distance", hides: null },
  ],
};

test("a filter says what it hides, of how many", () => {
  render(<FilterCost costs={COSTS} filter="age" />);
  screen.getByText("Hides about 60 of 240 people.");
});

test("a filter that hides fewer than can be told says so, and one not asked about nothing", () => {
  const { container, rerender } = render(<FilterCost costs={COSTS} filter="distance" />);
  screen.getByText("Hides hardly anybody.");
  rerender(<FilterCost costs={COSTS} filter="deal_breaker.smokes" />);
  expect(container.textContent).toBe("");
});

test("who is left is said where a screen reader hears it change", () => {
  const { rerender } = render(<PeopleLeft costs={COSTS} />);
  expect(screen.getByRole("status").textContent).toBe("About 175 of 240 people are left.");
  rerender(<PeopleLeft costs={{ ...COSTS, left: null }} />);
  expect(screen.getByRole("status").textContent).toBe("Fewer than ten of 240 people are left.");
  rerender(<PeopleLeft costs={{ ...COSTS, people: null, left: null }} />);
  expect(screen.getByRole("status").textContent).toContain("Fewer than ten people fit so far");
});

test("where only the newest were looked at, it says so", () => {
  render(<PeopleLeft costs={{ ...COSTS, people: 1000, and_more: true }} />);
  screen.getByText("We looked at the 1,000 who joined last; there are more.");
});

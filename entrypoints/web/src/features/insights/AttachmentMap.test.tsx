import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { AttachmentMap } from "./AttachmentMap";

const HERE = { anxiety: 3.4, avoidance: 2.1 };
const regions = (container: HTMLElement) =>
  [...container.querySelectorAll("circle")].map((circle) => Number(circle.getAttribute("r")));

test("the map says in words what it draws", () => {
  render(<AttachmentMap now={HERE} before={[]} lowQuality={false} />);
  expect(screen.getByRole("img", { name: "Map of closeness: worry 3.4 of 7, distance 2.1 of 7." })).toBeTruthy();
});

test("what is less sure is drawn wider", () => {
  const sure = render(<AttachmentMap now={HERE} before={[]} lowQuality={false} />);
  const hasty = render(<AttachmentMap now={HERE} before={[]} lowQuality />);
  expect(Math.max(...regions(hasty.container))).toBeGreaterThan(Math.max(...regions(sure.container)));
});

test("no type of person is named", () => {
  const { container } = render(<AttachmentMap now={HERE} before={[HERE]} lowQuality={false} />);
  expect(container.textContent).not.toMatch(/secure|anxious|avoidant|fearful/i);
});

import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { useArranging, putAt } from "./arrange";
import { CLOSEST, cutOf, FRAME, MIDDLE, pushed } from "./crop";

const WIDE = { width: 4000, height: 3000 };
const TALL = { width: 1000, height: 4000 };

test("whatever part is chosen has the frame's shape and lies within the picture", () => {
  for (const size of [WIDE, TALL, { width: 800, height: 1000 }]) {
    for (const part of [MIDDLE, { zoom: CLOSEST, x: 1, y: 0 }, { zoom: 1.7, x: 0, y: 1 }]) {
      const { left, top, width, height } = cutOf(size, part);
      expect(width / height).toBeCloseTo(FRAME);
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
      expect(left + width).toBeLessThanOrEqual(size.width + 1e-6);
      expect(top + height).toBeLessThanOrEqual(size.height + 1e-6);
    }
  }
});

test("as much as fits is shown at first, from the middle", () => {
  expect(cutOf(WIDE, MIDDLE)).toEqual({ width: 2400, height: 3000, left: 800, top: 0 });
});

test("a picture follows the hand and stops at its edges", () => {
  const before = cutOf(WIDE, MIDDLE);
  const after = cutOf(WIDE, pushed(WIDE, MIDDLE, 0.1, 0.5));
  expect(before.left - after.left).toBeCloseTo(0.1 * before.width);
  expect(after.top).toBe(0);
  expect(pushed(WIDE, MIDDLE, 5, 0).x).toBe(0);
  expect(pushed(WIDE, MIDDLE, -5, 0).x).toBe(1);
});

test("putting a photo somewhere keeps all the others in their order", () => {
  expect(putAt(["a", "b", "c"], "c", 0)).toEqual(["c", "a", "b"]);
  expect(putAt(["a", "b", "c"], "a", 9)).toEqual(["b", "c", "a"]);
});

function Shelf({ onArranged }: { onArranged: (ids: string[], moved: string) => void }) {
  const { order, handleOf } = useArranging(["a", "b", "c"], onArranged);
  return (
    <ol>
      {["a", "b", "c"].map((id) => (
        <li key={id} data-arranged={id} style={{ order: order.indexOf(id) }}>
          <button type="button" {...handleOf(id)}>
            {id}
          </button>
        </li>
      ))}
    </ol>
  );
}

test("arrow keys on a handle move what it holds, and not beyond the ends", () => {
  const onArranged = vi.fn();
  render(<Shelf onArranged={onArranged} />);
  fireEvent.keyDown(screen.getByText("b"), { key: "ArrowLeft" });
  expect(onArranged).toHaveBeenLastCalledWith(["b", "a", "c"], "b");
  fireEvent.keyDown(screen.getByText("c"), { key: "ArrowRight" });
  fireEvent.keyDown(screen.getByText("c"), { key: "Tab" });
  expect(onArranged).toHaveBeenCalledTimes(1);
});

test("a drag shows the new order at once and tells it when let go", () => {
  const onArranged = vi.fn();
  render(<Shelf onArranged={onArranged} />);
  const handle = screen.getByText("a");
  const items = () => screen.getAllByRole("listitem").map((item) => item.style.order);
  handle.setPointerCapture = vi.fn();
  document.elementFromPoint = () => screen.getByText("c");
  fireEvent.pointerDown(handle, { pointerId: 1 });
  fireEvent.pointerMove(handle, { pointerId: 1 });
  expect(items()).toEqual(["2", "0", "1"]);
  expect(onArranged).not.toHaveBeenCalled();
  fireEvent.pointerUp(handle, { pointerId: 1 });
  expect(onArranged).toHaveBeenCalledExactlyOnceWith(["b", "c", "a"], "a");
});

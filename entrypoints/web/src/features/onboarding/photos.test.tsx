import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { ProblemError } from "../../api/problem";
import en from "../../i18n/en";
import { answers } from "../../sampling";
import { useArranging, putAt } from "./arrange";
import { CLOSEST, cutOf, FRAME, MIDDLE, pushed } from "./crop";
import Photos from "./Photos";
import * as upload from "./upload";

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

/** The member's photos, of which there are none yet, and one that they choose from their device. */
async function choosePhoto() {
  vi.stubGlobal("fetch", answers({ "/api/me/photos": { items: [], next: null } }));
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Photos next={() => undefined} />
    </QueryClientProvider>,
  );
  await screen.findByRole("button", { name: en.photos.add });
  fireEvent.change(screen.getByLabelText(en.photos.add, { selector: "input" }), { target: { files: [new File(["pixels"], "me.jpg", { type: "image/jpeg" })] } });
}

test("whoever puts a picture back goes on at the button with which they took it", async () => {
  vi.stubGlobal("createImageBitmap", () => Promise.resolve(WIDE));
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  await choosePhoto();
  await userEvent.click(await screen.findByRole("button", { name: en.crop.cancel }));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: en.photos.add })));
  vi.unstubAllGlobals();
});

test("a photo that did not get through is sent again as it was, and as the same", async () => {
  const send = vi.spyOn(upload, "send").mockRejectedValue(new ProblemError({ code: "offline", detail: "No." }));
  vi.stubGlobal("createImageBitmap", () => Promise.reject(new Error("It cannot be read here.")));
  await choosePhoto();
  await userEvent.click(await screen.findByRole("button", { name: en.state.tryAgain }));
  await waitFor(() => expect(send.mock.calls.length).toBe(2));
  const [first = [], again = []] = send.mock.calls;
  expect(again.slice(0, 2)).toEqual(first.slice(0, 2));
  expect(again[0]).toBe(first[0]);
  send.mockRejectedValue(new ProblemError({ code: "photo_too_large", detail: "No.", status: 413 }));
  await userEvent.click(await screen.findByRole("button", { name: en.state.tryAgain }));
  expect(await screen.findByText(en.problem.photo_too_large)).toBeTruthy();
  expect(screen.queryByRole("button", { name: en.state.tryAgain })).toBeNull();
  vi.unstubAllGlobals();
});

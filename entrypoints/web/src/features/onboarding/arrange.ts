import { useState, type KeyboardEvent, type PointerEvent } from "react";

/** The order with one id put where another stands. */
export function putAt(ids: readonly string[], id: string, to: number): string[] {
  const rest = ids.filter((each) => each !== id);
  rest.splice(Math.min(Math.max(to, 0), rest.length), 0, id);
  return rest;
}

const BACK = ["ArrowLeft", "ArrowUp"];
const FORTH = ["ArrowRight", "ArrowDown"];

/** Put things in order by dragging handles, with a finger, a mouse or the arrow keys. What is dragged over is named in
 * `data-arranged`. While a drag lasts, `order` is only how it looks; `onArranged` is told once, at its end. */
export function useArranging(ids: readonly string[], onArranged: (ids: string[], moved: string) => void) {
  const [drag, setDrag] = useState<{ id: string; order: string[] } | null>(null);
  const order = drag?.order ?? ids;
  const handleOf = (id: string) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      setDrag({ id, order: [...ids] });
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (drag === null) return;
      const over = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("[data-arranged]");
      const to = order.indexOf(over?.dataset["arranged"] ?? "");
      if (to >= 0 && order[to] !== id) setDrag({ id, order: putAt(order, id, to) });
    },
    onPointerUp: () => {
      if (drag !== null && drag.order.some((each, at) => each !== ids[at])) onArranged(drag.order, id);
      setDrag(null);
    },
    onPointerCancel: () => setDrag(null),
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      const by = BACK.includes(event.key) ? -1 : FORTH.includes(event.key) ? 1 : 0;
      const to = ids.indexOf(id) + by;
      if (by === 0) return;
      event.preventDefault();
      if (to >= 0 && to < ids.length) onArranged(putAt(ids, id, to), id);
    },
  });
  return { order, dragged: drag?.id ?? null, handleOf };
}

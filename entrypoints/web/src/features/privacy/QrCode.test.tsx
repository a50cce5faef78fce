import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { QrCode } from "./QrCode";

test("the code is drawn here: three corner marks on a quiet border, and nothing is loaded", () => {
  const { container } = render(<QrCode content="otpauth://totp/SaltBitter:mira?secret=ABCDEFGH" label="Code" />);
  const path = container.querySelector("path")?.getAttribute("d") ?? "";
  const size = Number(screen.getByRole("img").getAttribute("viewBox")?.split(" ")[2]);
  const dark = new Set([...path.matchAll(/M(\d+) (\d+)h1/g)].map(([, x, y]) => `${String(x)},${String(y)}`));
  for (const [x, y] of [[4, 4], [size - 11, 4], [4, size - 11]] as const) {
    for (let step = 0; step < 7; step += 1) expect(dark.has(`${x + step},${y}`)).toBe(true);
    expect(dark.has(`${x + 1},${y + 1}`)).toBe(false);
    expect(dark.has(`${x + 3},${y + 3}`)).toBe(true);
  }
  expect([...dark].some((at) => at.startsWith("3,") || at.endsWith(",3"))).toBe(false);
  expect(container.querySelectorAll("img, image, use")).toHaveLength(0);
});

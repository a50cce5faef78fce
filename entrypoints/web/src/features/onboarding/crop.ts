/** The part of a picture that is kept: `zoom` 1 shows as much as fits the frame, `x` and `y` in [0, 1] where within the rest. */
export interface Part {
  zoom: number;
  x: number;
  y: number;
}

export const MIDDLE: Part = { zoom: 1, x: 0.5, y: 0.5 };
export const CLOSEST = 3;
/** Width over height of every photo as cards show it. */
export const FRAME = 4 / 5;
const WIDEST = 2160;
const QUALITY = 0.92;

interface Size {
  width: number;
  height: number;
}

interface Cut extends Size {
  left: number;
  top: number;
}

/** The rectangle of a picture's own pixels that a part of it is, always within the picture and of the frame's shape. */
export function cutOf({ width, height }: Size, { zoom, x, y }: Part): Cut {
  const whole = width / height > FRAME ? { width: height * FRAME, height } : { width, height: width / FRAME };
  const cut = { width: whole.width / zoom, height: whole.height / zoom };
  return { ...cut, left: (width - cut.width) * x, top: (height - cut.height) * y };
}

/** The part after the picture was pushed by shares of the frame's width and height; it stops at the edges. */
export function pushed(size: Size, part: Part, across: number, down: number): Part {
  const cut = cutOf(size, part);
  const moved = (place: number, spare: number, by: number) => (spare <= 0 ? place : Math.min(1, Math.max(0, place - by / spare)));
  return {
    ...part,
    x: moved(part.x, size.width - cut.width, across * cut.width),
    y: moved(part.y, size.height - cut.height, down * cut.height),
  };
}

/** The part as a picture of its own, no larger than anybody sees it. */
export async function cropped(image: ImageBitmap, part: Part, name: string): Promise<File> {
  const cut = cutOf(image, part);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(Math.min(WIDEST, cut.width));
  canvas.height = Math.round(canvas.width / FRAME);
  paint(canvas, image, part);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (blob === null) throw new Error("The browser cannot write pictures.");
  return new File([blob], name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
}

export function paint(canvas: HTMLCanvasElement, image: ImageBitmap, part: Part): void {
  const { left, top, width, height } = cutOf(image, part);
  canvas.getContext("2d")?.drawImage(image, left, top, width, height, 0, 0, canvas.width, canvas.height);
}

import { useEffect, useRef, useState, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { Button, TextButton } from "../../design/Button";
import { Card } from "../../design/Page";
import { CLOSEST, cropped, MIDDLE, paint, pushed, type Part } from "./crop";

const WIDTH = 480;
const HEIGHT = 600;

interface CropProps {
  image: ImageBitmap;
  file: File;
  onChosen: (file: File) => void;
  onCancel: () => void;
}

/** Choose what of a picture is shown, before any of it leaves the device: by hand, or with sliders that do the same. */
export function Crop({ image, file, onChosen, onCancel }: CropProps) {
  const { t } = useTranslation();
  const [part, setPart] = useState<Part>(MIDDLE);
  const canvas = useRef<HTMLCanvasElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    if (canvas.current) paint(canvas.current, image, part);
  }, [image, part]);
  const push = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.buttons === 0) return;
    const { clientWidth, clientHeight } = event.currentTarget;
    setPart(pushed(image, part, event.movementX / clientWidth, event.movementY / clientHeight));
  };
  const sliders = [
    { key: "zoom", label: t("crop.zoom"), min: 1, max: CLOSEST },
    { key: "x", label: t("crop.across"), min: 0, max: 1 },
    { key: "y", label: t("crop.down"), min: 0, max: 1 },
  ] as const;
  return (
    <Card className="grid gap-5">
      <div className="grid gap-1">
        <h2 ref={heading} tabIndex={-1} className="text-lg">
          {t("crop.title")}
        </h2>
        <p className="text-sm text-soft">{t("crop.lead")}</p>
      </div>
      <div className="grid items-center gap-6 sm:grid-cols-[minmax(0,16rem)_1fr]">
        <canvas
          ref={canvas}
          width={WIDTH}
          height={HEIGHT}
          className="aspect-[4/5] w-full cursor-grab touch-none rounded-md bg-sunken active:cursor-grabbing"
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={push}
        >
          {t("crop.frame")}
        </canvas>
        <div className="grid gap-4">
          {sliders.map(({ key, label, min, max }) => (
            <label key={key} className="grid gap-1 text-sm font-semibold">
              {label}
              <input type="range" min={min} max={max} step={0.01} value={part[key]} className="min-h-9 w-full accent-sea" onChange={(event) => setPart({ ...part, [key]: Number(event.target.value) })} />
            </label>
          ))}
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-x-5 gap-y-3">
        <Button onClick={() => void cropped(image, part, file.name).then(onChosen)}>{t("crop.use")}</Button>
        <Button look="quiet" onClick={() => onChosen(file)}>
          {t("crop.whole")}
        </Button>
        <TextButton onClick={onCancel}>{t("crop.cancel")}</TextButton>
      </div>
    </Card>
  );
}

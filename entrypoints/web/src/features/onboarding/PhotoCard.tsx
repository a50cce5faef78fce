import { useMutation } from "@tanstack/react-query";
import { useState, type HTMLAttributes } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { useWriting } from "../../api/writing";
import { Button, TextButton } from "../../design/Button";
import { TextArea } from "../../design/Field";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Picture } from "../../design/Picture";
import i18n from "../../i18n";

export type Photo = Schemas["PhotoView"];

interface PhotoCardProps {
  photo: Photo;
  first: boolean;
  last: boolean;
  busy: boolean;
  handle: HTMLAttributes<HTMLButtonElement>;
  onMove: (by: number) => void;
  onChanged: () => Promise<void>;
}

export function PhotoCard({ photo, first, last, busy, handle, onMove, onChanged }: PhotoCardProps) {
  const { t } = useTranslation();
  const remove = useMutation({
    mutationFn: () => answer(api.DELETE("/api/me/photos/{photo_id}", { params: { path: { photo_id: photo.id } } })),
    onSettled: onChanged,
  });
  const place = t("photos.number", { number: photo.position + 1 });
  const reason = photo.refusal ? `photos.refused.${photo.refusal}` : null;
  return (
    <article aria-label={place} className="grid gap-3 rounded-lg border border-line bg-surface p-3 shadow-rest">
      <div className="relative">
        <Picture addresses={photo.addresses} alt={place} className={`aspect-[4/5] w-full rounded-md ${photo.state === "approved" ? "" : "opacity-75"}`} />
        {first && last ? null : (
          <button
            type="button"
            aria-label={t("crop.handle", { number: photo.position + 1 })}
            aria-describedby="handle-hint"
            className="absolute top-2 right-2 grid h-11 w-11 cursor-grab touch-none place-items-center rounded-full border border-line bg-surface text-lg leading-none shadow-rest active:cursor-grabbing"
            {...handle}
          >
            <span aria-hidden="true">⠿</span>
          </button>
        )}
      </div>
      <p className="flex flex-wrap justify-between gap-2 text-sm font-semibold">
        <span>{first ? t("photos.first") : place}</span>
        <span role="status" className={photo.state === "refused" ? "text-alarm" : "text-soft"}>
          {t(`photos.state.${photo.state}`)}
        </span>
      </p>
      {reason ? (
        <Notice tone="warm">
          <p className="text-sm">{i18n.exists(reason) ? t(reason) : photo.what_to_do}</p>
        </Notice>
      ) : null}
      {photo.state === "in_review" ? (
        <Notice>
          <p className="text-sm">{t("photos.inReview")}</p>
        </Notice>
      ) : null}
      {photo.appeal ? <Said by={t("crop.appealed")} words={photo.appeal} /> : null}
      {photo.reason ? <Said by={t("crop.staff")} words={photo.reason} /> : null}
      {photo.state === "refused" && !photo.appeal ? <Appeal photo={photo} onChanged={onChanged} /> : null}
      <ProblemNotice error={remove.error} />
      <div className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
        {first ? null : (
          <TextButton busy={busy} onClick={() => onMove(-1)}>
            {t("photos.earlier")}
          </TextButton>
        )}
        {last ? null : (
          <TextButton busy={busy} onClick={() => onMove(1)}>
            {t("photos.later")}
          </TextButton>
        )}
        <TextButton busy={remove.isPending} onClick={() => remove.mutate()}>
          {t("photos.remove")}
        </TextButton>
      </div>
    </article>
  );
}

function Said({ by, words }: { by: string; words: string }) {
  return (
    <figure className="grid gap-0.5 border-l-2 border-line pl-3 text-sm">
      <figcaption className="text-soft">{by}</figcaption>
      <blockquote className="break-words">{words}</blockquote>
    </figure>
  );
}

/** A person looks again at what was refused; the member says why. */
function Appeal({ photo, onChanged }: { photo: Photo; onChanged: () => Promise<void> }) {
  const { t } = useTranslation();
  const [words, setWords] = useWriting(`appeal of ${photo.id}`, "");
  const [begun] = useState(words !== "");
  const appeal = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/me/photos/{photo_id}/appeal", { params: { path: { photo_id: photo.id } }, body: { words } })),
    onSuccess: onChanged,
  });
  return (
    <details open={begun}>
      <summary className="min-h-6 text-sm font-semibold">{t("photos.appeal")}</summary>
      <div className="grid gap-3 pt-3">
        <TextArea label={t("photos.appealWords")} value={words} maxLength={500} onChange={(event) => setWords(event.target.value)} />
        <ProblemNotice error={appeal.error} />
        <Button look="quiet" busy={appeal.isPending} disabled={words.trim() === ""} onClick={() => appeal.mutate()}>
          {t("photos.appealDo")}
        </Button>
      </div>
    </details>
  );
}

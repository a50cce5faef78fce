import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, newKey, type Schemas } from "../../api/client";
import { Button, TextButton } from "../../design/Button";
import { TextArea } from "../../design/Field";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Loading } from "../../design/Page";
import i18n from "../../i18n";
import { Picture } from "../../design/Picture";
import type { StepProps } from "./Onboarding";
import { send } from "./upload";

type Photo = Schemas["PhotoView"];
const MOST = 6;
const LOOK_AGAIN_MS = 1500;
const ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif";
const KEY = ["photos"];

/** The member's photos: added, put in order, and what became of each, with the reason and what to do. */
export default function Photos({ next }: StepProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const picker = useRef<HTMLInputElement>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const photos = useQuery({
    queryKey: KEY,
    queryFn: () => answer(api.GET("/api/me/photos")),
    refetchInterval: (query) => (query.state.data?.items.some((photo) => photo.state === "processing") ? LOOK_AGAIN_MS : false),
  });
  const refresh = () => queries.invalidateQueries({ queryKey: KEY });
  const upload = useMutation({
    mutationFn: (file: File) => send(file, newKey(), setProgress),
    onSettled: () => {
      setProgress(null);
      return refresh();
    },
  });
  const arrange = useMutation({
    mutationFn: (photo_ids: string[]) => answer(api.PUT("/api/me/photos/order", { body: { photo_ids } })),
    onSettled: refresh,
  });
  const items = [...(photos.data?.items ?? [])].sort((one, other) => one.position - other.position);
  const move = (from: number, by: number) => {
    const ids = items.map((photo) => photo.id);
    const [moved] = ids.splice(from, 1);
    if (moved !== undefined) ids.splice(from + by, 0, moved);
    arrange.mutate(ids);
  };
  return (
    <div className="grid gap-6">
      <ProblemNotice error={photos.error} retry={() => void photos.refetch()} />
      {photos.isPending ? <Loading rows={1} /> : null}
      <ol className="grid gap-4 sm:grid-cols-2">
        {items.map((photo, index) => (
          <li key={photo.id}>
            <PhotoCard photo={photo} first={index === 0} last={index === items.length - 1} busy={arrange.isPending} onMove={(by) => move(index, by)} onChanged={refresh} />
          </li>
        ))}
      </ol>
      <ProblemNotice error={upload.error ?? arrange.error} />
      {progress === null ? null : (
        <div className="grid gap-1">
          <label htmlFor="upload" className="text-sm font-semibold">
            {t("photos.sending")}
          </label>
          <progress id="upload" max={1} value={progress} className="h-2 w-full accent-sea" />
        </div>
      )}
      <div className="flex flex-wrap gap-3">
        <input
          ref={picker}
          type="file"
          accept={ACCEPTED}
          className="sr-only"
          tabIndex={-1}
          aria-label={t("photos.add")}
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = "";
            if (file) upload.mutate(file);
          }}
        />
        {items.length < MOST ? (
          <Button look={items.length === 0 ? "primary" : "quiet"} busy={upload.isPending} onClick={() => picker.current?.click()}>
            {t("photos.add")}
          </Button>
        ) : null}
        {items.length > 0 ? <Button onClick={next}>{t("onboarding.next")}</Button> : null}
      </div>
      <p className="text-sm text-soft">{t("photos.rules")}</p>
    </div>
  );
}

interface PhotoCardProps {
  photo: Photo;
  first: boolean;
  last: boolean;
  busy: boolean;
  onMove: (by: number) => void;
  onChanged: () => Promise<void>;
}

function PhotoCard({ photo, first, last, busy, onMove, onChanged }: PhotoCardProps) {
  const { t } = useTranslation();
  const remove = useMutation({
    mutationFn: () => answer(api.DELETE("/api/me/photos/{photo_id}", { params: { path: { photo_id: photo.id } } })),
    onSettled: onChanged,
  });
  const place = t("photos.number", { number: photo.position + 1 });
  const reason = photo.refusal ? `photos.refused.${photo.refusal}` : null;
  return (
    <article aria-label={place} className="grid gap-3 rounded-lg border border-line bg-surface p-3 shadow-rest">
      <Picture addresses={photo.addresses} alt={place} className="aspect-[4/5] w-full rounded-md" />
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
      {photo.state === "refused" && !photo.appeal ? <Appeal photo={photo} onChanged={onChanged} /> : null}
      <ProblemNotice error={remove.error} />
      <div className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
        {first ? null : (
          <TextButton disabled={busy} onClick={() => onMove(-1)}>
            {t("photos.earlier")}
          </TextButton>
        )}
        {last ? null : (
          <TextButton disabled={busy} onClick={() => onMove(1)}>
            {t("photos.later")}
          </TextButton>
        )}
        <TextButton disabled={remove.isPending} onClick={() => remove.mutate()}>
          {t("photos.remove")}
        </TextButton>
      </div>
    </article>
  );
}

/** A person looks again at what was refused; the member says why. */
function Appeal({ photo, onChanged }: { photo: Photo; onChanged: () => Promise<void> }) {
  const { t } = useTranslation();
  const [words, setWords] = useState("");
  const appeal = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/me/photos/{photo_id}/appeal", { params: { path: { photo_id: photo.id } }, body: { words } })),
    onSuccess: onChanged,
  });
  return (
    <details>
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

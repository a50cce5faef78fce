import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, newKey } from "../../api/client";
import { mayPass } from "../../api/problem";
import { Button } from "../../design/Button";
import { ProblemNotice } from "../../design/Notice";
import { Loading } from "../../design/Page";
import { useFormat } from "../../i18n/format";
import { putAt, useArranging } from "./arrange";
import { Crop } from "./Crop";
import type { StepProps } from "./Onboarding";
import { PhotoCard, type Photo } from "./PhotoCard";
import { changesWhoTakesPart } from "./profile";
import { send } from "./upload";

const MOST = 6;
const LOOK_AGAIN_MS = 1500;
const ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif";
const KEY = ["photos"];

/** The member's photos: added, put in order, and what became of each, with the reason and what to do. */
export default function Photos({ next }: StepProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const picker = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<{ file: File; image: ImageBitmap } | null>(null);
  const adding = useRef<HTMLButtonElement>(null);
  const cropped = useRef(false);
  useLayoutEffect(() => {
    if (chosen === null && cropped.current) adding.current?.focus();
    cropped.current = chosen !== null;
  }, [chosen]);
  const [progress, setProgress] = useState<number | null>(null);
  const [moved, setMoved] = useState<{ place: number; of: number } | null>(null);
  const photos = useQuery({
    queryKey: KEY,
    queryFn: () => answer(api.GET("/api/me/photos")),
    refetchInterval: (query) => (query.state.data?.items.some((photo) => photo.state === "processing") ? LOOK_AGAIN_MS : false),
  });
  const refresh = async () => {
    await Promise.all([queries.invalidateQueries({ queryKey: KEY }), changesWhoTakesPart(queries)]);
  };
  const upload = useMutation({
    mutationFn: ({ file, key }: { file: File; key: string }) => send(file, key, setProgress),
    onSettled: () => {
      setProgress(null);
      return refresh();
    },
  });
  const arrange = useMutation({
    mutationFn: (photo_ids: string[]) => answer(api.PUT("/api/me/photos/order", { body: { photo_ids } })),
    onMutate: (ids) => queries.setQueryData<{ items: Photo[]; next: string | null }>(KEY, (page) => page && { ...page, items: inOrder(page.items, ids) }),
    onSettled: refresh,
  });
  const items = [...(photos.data?.items ?? [])].sort((one, other) => one.position - other.position);
  const ids = items.map((photo) => photo.id);
  const put = (order: string[], id: string) => {
    setMoved(null);
    arrange.mutate(order, { onSuccess: () => setMoved({ place: order.indexOf(id) + 1, of: order.length }) });
  };
  const { order, dragged, handleOf } = useArranging(ids, put);
  const add = (file: File) => upload.mutate({ file, key: newKey() });
  const choose = async (file: File) => {
    const image = await readable(file);
    if (image === null) add(file);
    else setChosen({ file, image });
  };
  return (
    <div className="grid gap-6">
      <ProblemNotice error={photos.error} retry={() => void photos.refetch()} />
      {photos.isPending ? <Loading rows={1} /> : null}
      {items.length > 1 ? (
        <p id="handle-hint" className="text-sm text-soft">
          {t("crop.handleHint")}
        </p>
      ) : null}
      <ol className="grid gap-4 sm:grid-cols-2">
        {items.map((photo, index) => (
          <li
            key={photo.id}
            data-arranged={photo.id}
            style={{ order: order.indexOf(photo.id) }}
            className={`rounded-lg transition-shadow ${dragged === photo.id ? "opacity-60 outline-2 outline-offset-4 outline-sea" : ""}`}
          >
            <PhotoCard
              photo={photo}
              first={index === 0}
              last={index === items.length - 1}
              busy={arrange.isPending}
              handle={handleOf(photo.id)}
              onMove={(by) => put(putAt(ids, photo.id, index + by), photo.id)}
              onChanged={refresh}
            />
          </li>
        ))}
      </ol>
      <p role="status" className="sr-only">
        {moved ? t("crop.moved", moved) : null}
      </p>
      <ProblemNotice error={upload.error} {...(upload.isError && mayPass(upload.error) ? { retry: () => upload.mutate(upload.variables) } : {})} />
      <ProblemNotice error={arrange.error} />
      {progress === null ? null : <Sending progress={progress} />}
      {chosen ? (
        <Crop
          {...chosen}
          onCancel={() => setChosen(null)}
          onChosen={(file) => {
            setChosen(null);
            add(file);
          }}
        />
      ) : null}
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
            if (file) void choose(file);
          }}
        />
        {items.length < MOST && chosen === null ? (
          <Button ref={adding} look={items.length === 0 ? "primary" : "quiet"} busy={upload.isPending} onClick={() => picker.current?.click()}>
            {t("photos.add")}
          </Button>
        ) : null}
        {items.length > 0 && chosen === null ? <Button onClick={next}>{t("onboarding.next")}</Button> : null}
      </div>
      <p className="text-sm text-soft">{t("photos.rules")}</p>
    </div>
  );
}

function Sending({ progress }: { progress: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="grid gap-1">
      <label htmlFor="upload" className="flex justify-between text-sm font-semibold">
        {t("photos.sending")}
        <span className="font-normal text-soft">{t("crop.sent", { percent: format.number(progress * 100) })}</span>
      </label>
      <progress id="upload" max={1} value={progress} className="h-2 w-full" />
    </div>
  );
}

/** The picture in a file, or null where this browser cannot read it, such as HEIC: then it is sent as it is. */
async function readable(file: File): Promise<ImageBitmap | null> {
  try {
    return await createImageBitmap(file);
  } catch {
    return null;
  }
}

function inOrder(photos: Photo[], ids: string[]): Photo[] {
  return photos.map((photo) => ({ ...photo, position: ids.indexOf(photo.id) }));
}

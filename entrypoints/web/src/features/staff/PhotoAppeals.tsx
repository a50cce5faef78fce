import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { Button, TextButton } from "../../design/Button";
import { Choices } from "../../design/Choices";
import { TextArea } from "../../design/Field";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Card, Loading, Page } from "../../design/Page";
import { Picture } from "../../design/Picture";
import { useFormat } from "../../i18n/format";
import { StaffProblem } from "./StaffProblem";
import { WhyNow } from "./WhyNow";

type Photo = Schemas["ReviewedPhoto"];
const REFUSALS: readonly Schemas["RefusalReason"][] = ["no_face", "several_faces", "not_allowed", "unreadable"];
const APPROVE = "approve";
const LONGEST_REASON = 500;

/** Photos whose refusal was appealed, without whose they are. A person decides on each, and writes why. */
export default function PhotoAppeals() {
  const { t } = useTranslation();
  const [why, setWhy] = useState<string | null>(null);
  return (
    <Page wide title={t("staff.photos")} lead={t("staff.photosLead")}>
      {why === null ? <WhyNow onSaid={setWhy} /> : <Queue why={why} onAnew={() => setWhy(null)} />}
    </Page>
  );
}

function Queue({ why, onAnew }: { why: string; onAnew: () => void }) {
  const { t } = useTranslation();
  const header = { "X-Audit-Reason": why };
  const [decided, setDecided] = useState<string[]>([]);
  const appeals = useQuery({ queryKey: ["staff-photos", why], gcTime: 0, queryFn: () => answer(api.GET("/api/staff/photos/appeals", { params: { header } })) });
  const waiting = appeals.data?.items.filter((photo) => !decided.includes(photo.id));
  return (
    <>
      <p className="text-sm text-soft">
        {t("staff.lookingFor", { why })} <TextButton onClick={onAnew}>{t("staff.anew")}</TextButton>
      </p>
      <StaffProblem error={appeals.error} retry={() => void appeals.refetch()} />
      {appeals.isPending ? <Loading /> : null}
      {decided.length > 0 ? <Notice role="status">{t("staff.decided", { count: decided.length })}</Notice> : null}
      {waiting?.length === 0 ? (
        <Card className="grid justify-items-start gap-3">
          <h2 className="text-lg">{t("staff.none")}</h2>
          <Button look="quiet" onClick={() => void appeals.refetch()}>
            {t("staff.lookAgain")}
          </Button>
        </Card>
      ) : null}
      <ul className="grid gap-6">
        {waiting?.map((photo) => (
          <li key={photo.id}>
            <AppealCard photo={photo} why={why} onDecided={() => setDecided((before) => [...before, photo.id])} />
          </li>
        ))}
      </ul>
    </>
  );
}

function AppealCard({ photo, why, onDecided }: { photo: Photo; why: string; onDecided: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [decision, setDecision] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const review = useMutation({
    mutationFn: () =>
      answer(
        api.POST("/api/staff/photos/{photo_id}/review", {
          params: { path: { photo_id: photo.id }, header: { "X-Audit-Reason": why } },
          body: { refusal: decision === APPROVE ? null : (decision as Schemas["RefusalReason"]), reason: reason.trim() },
        }),
      ),
    onSuccess: onDecided,
  });
  return (
    <article aria-label={t("staff.photoOf", { day: format.moment(photo.uploaded_at) })} className="grid overflow-hidden rounded-lg border border-line bg-surface shadow-rest md:grid-cols-[minmax(0,20rem)_1fr]">
      <Picture addresses={photo.addresses} alt={t("staff.photo")} className="aspect-[4/5] w-full" />
      <form
        noValidate
        className="grid content-start gap-5 p-5 sm:p-7"
        onSubmit={(event) => {
          event.preventDefault();
          setMissing(decision === null || reason.trim() === "");
          if (decision !== null && reason.trim() !== "" && !review.isPending) review.mutate();
        }}
      >
        <div className="grid gap-1">
          <h2 className="text-lg">{t("staff.photoOf", { day: format.moment(photo.uploaded_at) })}</h2>
          <p className="text-sm text-soft">{t(photo.position === 0 ? "staff.first" : "staff.later")}</p>
        </div>
        {photo.refusal ? <p>{t("staff.refusedBecause", { reason: t(`refusal.${photo.refusal}`) })}</p> : null}
        <blockquote className="border-l-2 border-bitter pl-4 wrap-anywhere">
          <p className="text-sm text-soft">{t("staff.ownerSays")}</p>
          {photo.appeal}
        </blockquote>
        <Choices
          legend={t("staff.decision")}
          options={[{ key: APPROVE, label: t("staff.approve") }, ...REFUSALS.map((key) => ({ key, label: t("staff.refuse", { reason: t(`refusal.${key}`) }) }))]}
          chosen={decision === null ? [] : [decision]}
          onChange={([chosen]) => setDecision(chosen ?? null)}
          error={missing && decision === null ? t("staff.decide") : undefined}
        />
        <TextArea
          label={t("staff.reason")}
          hint={t("staff.reasonHint")}
          maxLength={LONGEST_REASON}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          error={missing && reason.trim() === "" ? t("form.required") : undefined}
        />
        <ProblemNotice error={review.error} />
        <div>
          <Button type="submit" busy={review.isPending}>
            {t("staff.do")}
          </Button>
        </div>
      </form>
    </article>
  );
}

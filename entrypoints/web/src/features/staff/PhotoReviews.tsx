import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { Picture } from "../../design/Picture";
import { useFormat } from "../../i18n/format";
import { DecisionForm } from "./DecisionForm";
import { Queue, type Reason } from "./Queue";

type Photo = Schemas["ReviewedPhoto"];
const APPROVE = "approve";
const UNDER_AGE = "under_age";
const LONGEST_REASON = 500;

/** Photos that nobody has judged, and appeals, without whose they are. A person decides on each. */
export default function PhotoReviews() {
  const { t } = useTranslation();
  return (
    <Queue
      name="staff-photos"
      title={t("staff.photos")}
      lead={t("staff.photosLead")}
      load={(header) => answer(api.GET("/api/staff/photos/waiting", { params: { header } }))}
      card={(photo, header, onDecided) => <PhotoReview photo={photo} header={header} onDecided={onDecided} />}
    />
  );
}

function PhotoReview({ photo, header, onDecided }: { photo: Photo; header: Reason; onDecided: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = t("staff.photoOf", { day: format.moment(photo.uploaded_at) });
  const unseen = photo.state === "in_review";
  const refusals = photo.position === 0 ? (["no_face", "several_faces", "not_allowed"] as const) : (["not_allowed"] as const);
  return (
    <article aria-label={name} className="grid overflow-hidden rounded-lg border border-line bg-surface shadow-rest md:grid-cols-[minmax(0,20rem)_1fr]">
      <Picture addresses={photo.addresses} alt={t("staff.photo")} className="aspect-[4/5] w-full" />
      <DecisionForm
        className="p-5 sm:p-7"
        options={[
          { key: APPROVE, label: t("staff.approve") },
          ...refusals.map((key) => ({ key, label: t("staff.refuse", { reason: t(`refusal.${key}`) }) })),
          { key: UNDER_AGE, label: t("staff.refuseUnderAge") },
        ]}
        label={t("staff.reason")}
        hint={unseen ? t("staff.reasonIfRefused") : t("staff.reasonHint")}
        longest={LONGEST_REASON}
        {...(unseen ? { plain: APPROVE } : {})}
        decide={(chosen, words) =>
          answer(
            api.POST("/api/staff/photos/{photo_id}/review", {
              params: { path: { photo_id: photo.id }, header },
              body:
                chosen === UNDER_AGE
                  ? { refusal: "not_allowed", reason: words, owner_seems_under_age: true }
                  : { refusal: chosen === APPROVE ? null : chosen, reason: words || null },
            }),
          )
        }
        onDecided={onDecided}
      >
        <div className="grid gap-1">
          <h2 className="text-lg">{name}</h2>
          <p className="text-sm text-soft">{t(photo.position === 0 ? "staff.first" : "staff.later")}</p>
        </div>
        {unseen ? <p>{t("staff.unseen")}</p> : null}
        {photo.refusal ? <p>{t("staff.refusedBecause", { reason: t(`refusal.${photo.refusal}`) })}</p> : null}
        {photo.appeal ? (
          <blockquote className="border-l-2 border-bitter pl-4">
            <p className="text-sm text-soft">{t("staff.ownerSays")}</p>
            {photo.appeal}
          </blockquote>
        ) : null}
      </DecisionForm>
    </article>
  );
}

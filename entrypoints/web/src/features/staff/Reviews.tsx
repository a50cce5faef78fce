import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { Card } from "../../design/Page";
import { useFormat } from "../../i18n/format";
import { DecisionForm } from "./DecisionForm";
import { Queue, type Reason } from "./Queue";

type Waiting = Schemas["WaitingReview"];
const OUTCOMES = ["stands", "corrected"] as const satisfies readonly Schemas["Outcome"][];
const LONGEST_ANSWER = 1000;

/** Introductions that members have doubts about. A person looks into each, and answers. */
export default function Reviews() {
  const { t } = useTranslation();
  return (
    <Queue
      name="staff-reviews"
      title={t("reviews.staff")}
      lead={t("reviews.staffLead")}
      load={(header) => answer(api.GET("/api/staff/reviews", { params: { header } }))}
      card={(review, header, onDecided) => <Question review={review} header={header} onDecided={onDecided} />}
    />
  );
}

function Question({ review, header, onDecided }: { review: Waiting; header: Reason; onDecided: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card>
      <DecisionForm
        options={OUTCOMES.map((key) => ({ key, label: t(`reviews.outcome.${key}`) }))}
        label={t("reviews.answer")}
        hint={t("reviews.answerHint")}
        longest={LONGEST_ANSWER}
        decide={(outcome, words) =>
          answer(
            api.POST("/api/staff/reviews/{review_id}/decision", {
              params: { path: { review_id: review.id }, header },
              body: { outcome, answer: words },
            }),
          )
        }
        onDecided={onDecided}
      >
        <div className="grid gap-1">
          <h2 className="text-lg">{t("reviews.dueBy", { day: format.day(review.due_at) })}</h2>
          <p className="text-sm text-soft">{t("reviews.by", { member: review.user_id, day: format.day(review.requested_at) })}</p>
        </div>
        <blockquote className="border-l-2 border-bitter pl-4 whitespace-pre-line">{review.words}</blockquote>
      </DecisionForm>
    </Card>
  );
}

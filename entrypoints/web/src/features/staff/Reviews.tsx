import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { Button, TextButton } from "../../design/Button";
import { Choices } from "../../design/Choices";
import { TextArea } from "../../design/Field";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Card, Loading, Page } from "../../design/Page";
import { useFormat } from "../../i18n/format";
import { StaffProblem } from "./StaffProblem";
import { WhyNow } from "./WhyNow";

type Waiting = Schemas["WaitingReview"];
const OUTCOMES: readonly Schemas["Outcome"][] = ["stands", "corrected"];
const LONGEST_ANSWER = 1000;

/** Introductions that members have doubts about. A person looks into each, and answers. */
export default function Reviews() {
  const { t } = useTranslation();
  const [why, setWhy] = useState<string | null>(null);
  return (
    <Page wide title={t("reviews.staff")} lead={t("reviews.staffLead")}>
      {why === null ? <WhyNow onSaid={setWhy} /> : <Queue why={why} onAnew={() => setWhy(null)} />}
    </Page>
  );
}

function Queue({ why, onAnew }: { why: string; onAnew: () => void }) {
  const { t } = useTranslation();
  const header = { "X-Audit-Reason": why };
  const [decided, setDecided] = useState<string[]>([]);
  const reviews = useQuery({ queryKey: ["staff-reviews", why], gcTime: 0, queryFn: () => answer(api.GET("/api/staff/reviews", { params: { header } })) });
  const waiting = reviews.data?.items.filter((review) => !decided.includes(review.id));
  return (
    <>
      <p className="text-sm text-soft">
        {t("staff.lookingFor", { why })} <TextButton onClick={onAnew}>{t("staff.anew")}</TextButton>
      </p>
      <StaffProblem error={reviews.error} retry={() => void reviews.refetch()} />
      {reviews.isPending ? <Loading /> : null}
      {decided.length > 0 ? <Notice role="status">{t("staff.decided", { count: decided.length })}</Notice> : null}
      {waiting?.length === 0 ? (
        <Card className="grid justify-items-start gap-3">
          <h2 className="text-lg">{t("staff.none")}</h2>
          <Button look="quiet" onClick={() => void reviews.refetch()}>
            {t("staff.lookAgain")}
          </Button>
        </Card>
      ) : null}
      <ul className="grid gap-6">
        {waiting?.map((review) => (
          <li key={review.id}>
            <Question review={review} why={why} onDecided={() => setDecided((before) => [...before, review.id])} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Question({ review, why, onDecided }: { review: Waiting; why: string; onDecided: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [outcome, setOutcome] = useState<string | null>(null);
  const [words, setWords] = useState("");
  const [missing, setMissing] = useState(false);
  const decide = useMutation({
    mutationFn: () =>
      answer(
        api.POST("/api/staff/reviews/{review_id}/decision", {
          params: { path: { review_id: review.id }, header: { "X-Audit-Reason": why } },
          body: { outcome: outcome as Schemas["Outcome"], answer: words.trim() },
        }),
      ),
    onSuccess: onDecided,
  });
  return (
    <Card>
      <form
        noValidate
        className="grid gap-5 wrap-anywhere"
        onSubmit={(event) => {
          event.preventDefault();
          setMissing(outcome === null || words.trim() === "");
          if (outcome !== null && words.trim() !== "" && !decide.isPending) decide.mutate();
        }}
      >
        <div className="grid gap-1">
          <h2 className="text-lg">{t("reviews.dueBy", { day: format.day(review.due_at) })}</h2>
          <p className="text-sm text-soft">{t("reviews.by", { member: review.user_id, day: format.day(review.requested_at) })}</p>
        </div>
        <blockquote className="border-l-2 border-bitter pl-4 whitespace-pre-line">{review.words}</blockquote>
        <Choices
          legend={t("staff.decision")}
          options={OUTCOMES.map((key) => ({ key, label: t(`reviews.outcome.${key}`) }))}
          chosen={outcome === null ? [] : [outcome]}
          onChange={([chosen]) => setOutcome(chosen ?? null)}
          error={missing && outcome === null ? t("staff.decide") : undefined}
        />
        <TextArea
          label={t("reviews.answer")}
          hint={t("reviews.answerHint")}
          maxLength={LONGEST_ANSWER}
          value={words}
          onChange={(event) => setWords(event.target.value)}
          error={missing && words.trim() === "" ? t("form.required") : undefined}
        />
        <ProblemNotice error={decide.error} />
        <div>
          <Button type="submit" busy={decide.isPending}>
            {t("staff.do")}
          </Button>
        </div>
      </form>
    </Card>
  );
}

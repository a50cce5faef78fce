import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { useWriting } from "../../api/writing";
import { Button } from "../../design/Button";
import { TextArea } from "../../design/Field";
import { Form } from "../../design/Form";
import { ProblemNotice } from "../../design/Notice";
import { Card, Loading } from "../../design/Page";
import { useFormat } from "../../i18n/format";

const LONGEST = 1000;

/** Where a member has a person look at their introductions, and reads what came of it. */
export function Reviews() {
  const reviews = useQuery({ queryKey: ["reviews"], queryFn: () => answer(api.GET("/api/me/reviews")) });
  if (!reviews.data) return reviews.error ? <ProblemNotice error={reviews.error} retry={() => void reviews.refetch()} /> : <Loading rows={1} />;
  return (
    <>
      <div role="status" className="empty:hidden">
        {reviews.data.items.length > 0 ? (
          <ul className="grid gap-3">
            {reviews.data.items.map((review) => (
              <li key={review.id}>
                <Asked review={review} />
              </li>
            ))}
          </ul>
        ) : null}
      </div>
      {reviews.data.items.some((review) => review.decided_at === null) ? null : <Ask />}
    </>
  );
}

function Ask() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [words, setWords] = useWriting("review", "");
  const [missing, setMissing] = useState(false);
  const ask = useMutation({
    mutationFn: () => answer(api.POST("/api/me/reviews", { body: { words: words.trim() } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["reviews"] }),
  });
  return (
    <Form
      className="grid gap-4"
      onSubmit={() => {
        setMissing(words.trim() === "");
        if (words.trim() !== "" && !ask.isPending) ask.mutate();
      }}
    >
      <TextArea
        label={t("reviews.doubt")}
        hint={t("reviews.doubtHint")}
        maxLength={LONGEST}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        error={missing && words.trim() === "" ? t("form.required") : undefined}
      />
      <ProblemNotice error={ask.error} />
      <div>
        <Button type="submit" look="quiet" busy={ask.isPending}>
          {t("reviews.do")}
        </Button>
      </div>
    </Form>
  );
}

function Asked({ review }: { review: Schemas["ReviewView"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card className="grid gap-2 wrap-anywhere">
      <p className="text-sm text-soft">{t("reviews.asked", { day: format.day(review.requested_at) })}</p>
      <p className="whitespace-pre-line">{review.words}</p>
      {review.answer !== null && review.outcome !== null ? (
        <div className="grid gap-1 border-l-2 border-bitter pl-4">
          <p className="font-semibold">{t(`reviews.outcome.${review.outcome}`)}</p>
          <p className="whitespace-pre-line">{review.answer}</p>
        </div>
      ) : (
        <p className="font-semibold">{t("reviews.dueBy", { day: format.day(review.due_at) })}</p>
      )}
    </Card>
  );
}

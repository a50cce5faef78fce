import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { isProblem } from "../../api/problem";
import { Button, LinkButton, TextButton } from "../../design/Button";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Card, Loading, Page } from "../../design/Page";
import { useFormat } from "../../i18n/format";
import { Consents } from "../privacy/Consents";
import { AttachmentMap } from "./AttachmentMap";
import { useLatestResult, type Result } from "./result";

/** What a member learns of how they are close to others: an orientation, in words about answers and never a label. */
export default function Insights() {
  const { t } = useTranslation();
  const result = useLatestResult();
  const takenBack = isProblem(result.error, "assessment_consent_needed");
  return (
    <Page wide title={t("insights.title")} lead={t("insights.lead")}>
      {takenBack ? <TakenBack /> : <ProblemNotice error={result.error} retry={() => void result.refetch()} />}
      {result.isPending ? <Loading /> : null}
      {result.data === null ? (
        <Card className="grid justify-items-start gap-4">
          <p>{t("insights.none")}</p>
          <LinkButton href="/assessment">{t("insights.take")}</LinkButton>
        </Card>
      ) : null}
      {result.data && !takenBack ? <ResultPage result={result.data} /> : null}
    </Page>
  );
}

/** Nothing is told of answers whose use was taken back: they can be opened again, or deleted. */
function TakenBack() {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("insights.takenBack")}</p>
      <Consents only={["psychological_profile"]} />
      <DeleteResults />
    </>
  );
}

function ResultPage({ result }: { result: Result }) {
  const { t } = useTranslation();
  const format = useFormat();
  const history = useQuery({
    queryKey: ["results"],
    queryFn: () => answer(api.GET("/api/me/assessments", { params: { query: {} } })),
  });
  const earlier = history.data?.items.filter((entry) => entry.id !== result.id) ?? [];
  const { growth, percentiles } = result;
  return (
    <>
      <div className="grid items-start gap-8 md:grid-cols-2">
        <AttachmentMap now={result.scores} before={earlier.map((entry) => entry.scores)} lowQuality={result.quality.length > 0} />
        <div className="grid gap-5">
          <div className="grid gap-2">
            <h2 className="text-xl">{t("insights.where")}</h2>
            <p>{growth.summary}</p>
            <p className="text-sm text-soft">
              {t("insights.called")} {growth.title}
            </p>
          </div>
          <dl className="grid gap-3">
            <Dimension name={t("insights.anxiety")} words={t("insights.anxietyWords")} score={result.scores.anxiety} percentile={percentiles.anxiety} />
            <Dimension name={t("insights.avoidance")} words={t("insights.avoidanceWords")} score={result.scores.avoidance} percentile={percentiles.avoidance} />
          </dl>
          <p className="text-sm text-soft">{percentiles.source}</p>
        </div>
      </div>
      {result.quality_notes.map((note) => (
        <Notice key={note} tone="warm">
          <p>{note}</p>
        </Notice>
      ))}
      <div className="grid gap-5 md:grid-cols-2">
        <List title={t("insights.strengths")} items={growth.strengths} />
        <List title={t("insights.suggestions")} items={growth.suggestions} />
        <List title={t("insights.communication")} items={growth.communication} />
        <List title={t("insights.thisWeek")} items={growth.this_week} />
        <List title={t("insights.resources")} items={growth.resources} />
      </div>
      <Notice>
        <p>{result.note}</p>
      </Notice>
      <section className="grid gap-3">
        <h2 className="text-xl">{t("insights.history")}</h2>
        <ul className="grid gap-1">
          <li>{t("insights.entry", entry(result.taken_at, result.scores, format))}</li>
          {earlier.map((each) => (
            <li key={each.id} className="text-soft">
              {t("insights.entry", entry(each.taken_at, each.scores, format))}
            </li>
          ))}
        </ul>
        <p className="text-sm text-soft">{t("insights.retake", { day: format.day(result.retake_at) })}</p>
        <DeleteResults />
      </section>
    </>
  );
}

function entry(at: string, scores: Result["scores"], format: ReturnType<typeof useFormat>) {
  return { day: format.day(at), anxiety: format.number(scores.anxiety, 1), avoidance: format.number(scores.avoidance, 1) };
}

function Dimension({ name, words, score, percentile }: { name: string; words: string; score: number; percentile: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="grid gap-1 border-b border-line pb-3">
      <dt className="flex justify-between gap-3 font-semibold">
        {name}
        <span>{t("insights.score", { score: format.number(score, 1) })}</span>
      </dt>
      <dd className="text-sm text-soft">
        {words} {t("insights.percentile", { percentile })}
      </dd>
    </div>
  );
}

function List({ title, items }: { title: string; items: readonly string[] }): ReactNode {
  if (items.length === 0) return null;
  return (
    <Card className="grid content-start gap-3">
      <h2 className="text-lg">{title}</h2>
      <ul className="grid list-disc gap-2 pl-5 marker:text-bitter">
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </Card>
  );
}

function DeleteResults() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => answer(api.DELETE("/api/me/assessments")),
    onSuccess: () => Promise.all(["result", "results"].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
  if (!asking) {
    return (
      <div>
        <TextButton onClick={() => setAsking(true)}>{t("insights.delete")}</TextButton>
      </div>
    );
  }
  return (
    <Notice title={t("insights.delete")}>
      <p className="text-sm">{t("insights.deleteWords")}</p>
      <ProblemNotice error={remove.error} />
      <div className="flex flex-wrap gap-3">
        <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
          {t("insights.deleteDo")}
        </Button>
        <Button look="quiet" onClick={() => setAsking(false)}>
          {t("form.cancel")}
        </Button>
      </div>
    </Notice>
  );
}

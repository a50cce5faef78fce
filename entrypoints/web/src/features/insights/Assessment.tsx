import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { answer, api, newKey, type Schemas } from "../../api/client";
import { Button, TextButton } from "../../design/Button";
import { ProblemNotice } from "../../design/Notice";
import { Card, Loading, Page } from "../../design/Page";
import { useWorded } from "../../i18n/worded";
import { Consents, useConsents } from "../privacy/Consents";
import { forgetDraft, keepDraft, readDraft } from "./draft";

type Questionnaire = Schemas["QuestionnaireView"];

/** The questionnaire: first the consent it needs, then one statement at a time. */
export default function Assessment() {
  const { t } = useTranslation();
  const consents = useConsents();
  const granted = consents.data?.["psychological_profile"]?.granted ?? false;
  const questionnaire = useQuery({
    ...useWorded("questionnaire"),
    queryFn: () => answer(api.GET("/api/questionnaires/attachment")),
    staleTime: Infinity,
  });
  const [started, setStarted] = useState(false);
  const error = consents.error ?? questionnaire.error;
  if (granted && started && questionnaire.data) return <Statements questionnaire={questionnaire.data} />;
  return (
    <Page title={t("assessment.title")} lead={t("assessment.lead")}>
      <ProblemNotice error={error} retry={() => void Promise.all([consents.refetch(), questionnaire.refetch()])} />
      {consents.isPending || questionnaire.isPending ? <Loading rows={1} /> : null}
      {questionnaire.data ? (
        <>
          <ul className="grid list-disc gap-2 pl-5 text-soft">
            <li>{t("assessment.noRight")}</li>
            <li>{t("assessment.keyboard")}</li>
            <li>{t("assessment.resume")}</li>
          </ul>
          {consents.data ? <Consents only={["psychological_profile"]} /> : null}
          <div className="grid gap-2">
            <div>
              <Button disabled={!granted} onClick={() => setStarted(true)}>
                {t(Object.keys(readDraft(questionnaire.data.version).answers).length > 0 ? "assessment.goOn" : "assessment.start")}
              </Button>
            </div>
            {granted ? null : <p className="text-sm text-soft">{t("assessment.needsConsent")}</p>}
          </div>
        </>
      ) : null}
    </Page>
  );
}

function Statements({ questionnaire }: { questionnaire: Questionnaire }) {
  const { t, i18n } = useTranslation();
  const [, go] = useLocation();
  const queries = useQueryClient();
  const { statements, scale_min, scale_max } = questionnaire;
  const [draft, setDraft] = useState(() => readDraft(questionnaire.version));
  const [step, setStep] = useState(() => firstOpen(statements, draft.answers));
  const [key] = useState(newKey);
  const shownAt = useRef(0);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    shownAt.current = performance.now();
    heading.current?.focus();
  }, [step]);
  const submit = useMutation({
    mutationFn: () =>
      answer(
        api.POST("/api/me/assessments", {
          body: { questionnaire: draft.questionnaire, answers: draft.answers, seconds: draft.seconds, language: questionnaire.language },
          params: { header: { "Idempotency-Key": key } },
        }),
      ),
    onSuccess: (result) => {
      forgetDraft();
      queries.setQueryData(["result", i18n.language], result);
      void queries.invalidateQueries({ queryKey: ["results"] });
      go("/insights");
    },
  });
  const statement = statements[step];
  const done = Object.keys(draft.answers).length;
  const choose = (value: number, at: number) => {
    if (!statement) return;
    const seconds = draft.seconds + (at - shownAt.current) / 1000;
    const next = { ...draft, answers: { ...draft.answers, [statement.id]: value }, seconds };
    keepDraft(next);
    setDraft(next);
    setStep(step + 1);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const value = Number(event.key);
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.trim() === "") return;
    if (value >= scale_min && value <= scale_max) choose(value, event.timeStamp);
  };
  const scale = Array.from({ length: scale_max - scale_min + 1 }, (_, index) => scale_min + index);
  return (
    <Page title={t("assessment.title")} above={<Progress done={done} of={statements.length} />}>
      {statement ? (
        // The digits work while the focus is in here: no shortcut of the whole page takes them from a screen reader.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
        <section aria-labelledby="statement" onKeyDown={onKeyDown} className="grid gap-7">
          <div className="grid gap-2">
            <p className="text-sm font-semibold text-soft">{t("assessment.number", { number: step + 1, of: statements.length })}</p>
            <h2 id="statement" ref={heading} tabIndex={-1} lang={questionnaire.language} className="min-h-24 text-xl">
              {statement.text}
            </h2>
          </div>
          <div role="group" aria-labelledby="statement" className="grid gap-2">
            {scale.map((value) => (
              <button
                key={value}
                type="button"
                aria-pressed={draft.answers[statement.id] === value}
                onClick={(event) => choose(value, event.timeStamp)}
                className="flex min-h-12 items-center gap-4 rounded-md border border-edge bg-surface px-4 text-left transition-colors duration-200 hover:bg-sea-wash aria-pressed:border-sea aria-pressed:bg-sea aria-pressed:text-on-sea"
              >
                <span className="w-4 font-semibold">{value}</span>
                <span>{t(`assessment.scale.${value}`)}</span>
              </button>
            ))}
          </div>
        </section>
      ) : (
        <Card className="grid gap-4">
          <h2 ref={heading} tabIndex={-1} className="text-xl">
            {t("assessment.done")}
          </h2>
          <p className="text-soft">{t("assessment.doneWords")}</p>
          <ProblemNotice error={submit.error} />
          <div>
            <Button busy={submit.isPending} onClick={() => submit.mutate()}>
              {t("assessment.submit")}
            </Button>
          </div>
        </Card>
      )}
      {step > 0 ? (
        <div>
          <TextButton onClick={() => setStep(step - 1)}>{t("assessment.back")}</TextButton>
        </div>
      ) : null}
    </Page>
  );
}

function Progress({ done, of }: { done: number; of: number }) {
  const { t } = useTranslation();
  return (
    <div
      role="progressbar"
      aria-label={t("assessment.progress")}
      aria-valuemin={0}
      aria-valuemax={of}
      aria-valuenow={done}
      aria-valuetext={t("assessment.answered", { done, of })}
      className="flex gap-1"
    >
      {Array.from({ length: of }, (_, index) => (
        <span key={index} className={`h-1.5 flex-1 rounded-full transition-colors duration-300 ${index < done ? "bg-sea" : "bg-line"}`} />
      ))}
    </div>
  );
}

function firstOpen(statements: Questionnaire["statements"], answers: Record<string, number>): number {
  const open = statements.findIndex(({ id }) => answers[id] === undefined);
  return open < 0 ? statements.length : open;
}

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { Notice } from "../../design/Notice";
import { Card, Loading, Part } from "../../design/Page";
import { useFormat } from "../../i18n/format";
import { BreachState, WhenDue } from "./BreachState";
import { StaffProblem } from "./StaffProblem";

/** One breach: where it stands, whom it is about, what was done when, and the draft of what the authority is told. */
export function Breach({ id, why }: { id: string; why: string }) {
  const params = { path: { breach_id: id }, header: { "X-Audit-Reason": why } };
  const breach = useQuery({ queryKey: ["staff-breach", id, why], gcTime: 0, queryFn: () => answer(api.GET("/api/staff/breaches/{breach_id}", { params })) });
  const draft = useQuery({
    queryKey: ["staff-breach-draft", id, why],
    gcTime: 0,
    queryFn: () => answer(api.GET("/api/staff/breaches/{breach_id}/notification", { params })),
  });
  return (
    <>
      <StaffProblem error={breach.error} retry={() => void breach.refetch()} />
      {breach.isPending ? <Loading /> : null}
      {breach.data ? (
        <>
          <Standing breach={breach.data} />
          <Timeline entries={breach.data.timeline} />
        </>
      ) : null}
      {breach.data ? <StaffProblem error={draft.error} retry={() => void draft.refetch()} /> : null}
      {draft.data ? <Draft draft={draft.data} /> : null}
    </>
  );
}

function Standing({ breach }: { breach: Schemas["BreachView"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { severity, score } = breach;
  const known = severity && score !== null;
  return (
    <Card className="grid gap-4">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 className="text-lg">{t(`breach.kinds.${breach.kind}`)}</h2>
        <BreachState breach={breach} />
      </div>
      <WhenDue breach={breach} />
      <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-2">
        <Fact name={t("breach.openedAt")}>{format.moment(breach.opened_at)}</Fact>
        <Fact name={t("breach.awareAt")}>{breach.aware_at ? format.moment(breach.aware_at) : t("breach.unknown")}</Fact>
        <Fact name={t("breach.foundThen")}>{format.number(breach.found)}</Fact>
        <Fact name={t("breach.affected")}>
          {breach.affected === null ? t(known ? "breach.beingCounted" : "breach.notAssessed") : format.number(breach.affected)}
        </Fact>
        <Fact name={t("breach.score")}>{known ? `${format.number(score, 2)} · ${t(`breach.contexts.${severity.context}`)}` : t("breach.notAssessed")}</Fact>
        <Fact name={t("breach.since")}>
          {breach.scope.until ? t("breach.from", { since: format.moment(breach.scope.since), until: format.moment(breach.scope.until) }) : format.moment(breach.scope.since)}
        </Fact>
        <Fact name={t("breach.membersToBeTold")}>{t(breach.members_to_be_told ? "breach.yes" : "breach.no")}</Fact>
        <Fact name={t("breach.membersTold")}>{format.number(breach.members_notified)}</Fact>
      </dl>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap justify-between gap-x-3 border-b border-line pb-2">
      <dt className="text-soft">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Timeline({ entries }: { entries: readonly Schemas["TimelineView"][] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Part title={t("breach.timeline")}>
      <ol className="grid gap-3">
        {entries.map((entry) => (
          <li key={entry.sequence} className="grid gap-1 rounded-md border border-line bg-surface p-4 wrap-anywhere">
            <p className="flex flex-wrap justify-between gap-x-4">
              <span className="font-semibold">{t(`breach.steps.${entry.step}`, { defaultValue: entry.step })}</span>
              <span className="text-sm text-soft">{format.moment(entry.at)}</span>
            </p>
            {entry.words ? <p className="whitespace-pre-line">{entry.words}</p> : null}
            <p className="text-sm text-soft">{t("audit.by", { actor: entry.by })}</p>
          </li>
        ))}
      </ol>
    </Part>
  );
}

/** The draft is in the language in which the authority is written to, whatever the page is in. */
function Draft({ draft }: { draft: Schemas["Notification"] }) {
  const { t } = useTranslation();
  return (
    <Part title={t("breach.draft")} lead={t("breach.draftLead")}>
      {draft.missing.length > 0 ? (
        <Notice tone="warm" title={t("breach.missing")}>
          <ul lang="en" className="list-disc pl-5">
            {draft.missing.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </Notice>
      ) : null}
      <pre lang="en" className="rounded-md border border-line bg-surface p-4 font-body text-sm whitespace-pre-wrap wrap-anywhere">
        {draft.text}
      </pre>
    </Part>
  );
}

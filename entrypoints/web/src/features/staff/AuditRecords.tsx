import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Button } from "../../design/Button";
import { TextField } from "../../design/Field";
import { Form } from "../../design/Form";
import { Loading, Page } from "../../design/Page";
import { useFormat } from "../../i18n/format";
import { StaffProblem } from "./StaffProblem";
import { WhyNow } from "./WhyNow";

const EVERYTHING = { actor: "", action: "", subject: "" };
type Filter = typeof EVERYTHING;

/** The record of what staff looked at and did, newest first, by whom, what and about whom. */
export default function AuditRecords() {
  const { t } = useTranslation();
  const [why, setWhy] = useState<string | null>(null);
  const [filter, setFilter] = useState(EVERYTHING);
  return (
    <Page wide title={t("audit.title")} lead={t("audit.lead")}>
      {why === null ? (
        <WhyNow onSaid={setWhy} />
      ) : (
        <>
          <Narrow onNarrowed={setFilter} />
          <Records why={why} filter={filter} />
        </>
      )}
    </Page>
  );
}

function Narrow({ onNarrowed }: { onNarrowed: (filter: Filter) => void }) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState(EVERYTHING);
  const set = (name: keyof Filter) => (event: { target: { value: string } }) => setFilter({ ...filter, [name]: event.target.value.trim() });
  return (
    <Form
      className="grid items-end gap-4 sm:grid-cols-2 lg:grid-cols-[1fr_1fr_1fr_auto]"
      onSubmit={() => {
        onNarrowed(filter);
      }}
    >
      <TextField label={t("audit.who")} hint={t("audit.whoHint")} maxLength={64} onChange={set("actor")} />
      <TextField label={t("audit.what")} hint={t("audit.whatHint")} maxLength={100} onChange={set("action")} />
      <TextField label={t("audit.subject")} hint={t("audit.subjectHint")} maxLength={36} onChange={set("subject")} />
      <Button type="submit" look="quiet">
        {t("audit.search")}
      </Button>
    </Form>
  );
}

function Records({ why, filter }: { why: string; filter: Filter }) {
  const { t } = useTranslation();
  const format = useFormat();
  const wanted = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ""));
  const records = useInfiniteQuery({
    queryKey: ["staff-audit", why, filter],
    gcTime: 0,
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/staff/audit-records", {
          params: { query: { ...wanted, ...(pageParam === null ? {} : { before: pageParam }) }, header: { "X-Audit-Reason": why } },
        }),
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
  });
  const found = records.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <StaffProblem error={records.error} retry={() => void records.refetch()} />
      {records.isPending ? <Loading /> : null}
      {records.data && found.length === 0 ? <p className="text-soft">{t("audit.none")}</p> : null}
      <ol className="grid gap-3">
        {found.map((record) => (
          <li key={record.sequence} className="grid gap-1 rounded-md border border-line bg-surface p-4 wrap-anywhere">
            <p className="flex flex-wrap justify-between gap-x-4">
              <span className="font-semibold">{record.action}</span>
              <span className="text-sm text-soft">{format.moment(record.at)}</span>
            </p>
            <p>{t("audit.because", { reason: record.reason })}</p>
            <p className="text-sm text-soft">
              {t("audit.by", { actor: record.actor })} · {t("audit.about", { count: record.subjects.length })}
            </p>
          </li>
        ))}
      </ol>
      {records.hasNextPage ? (
        <div>
          <Button look="quiet" busy={records.isFetchingNextPage} onClick={() => void records.fetchNextPage()}>
            {t("matches.more")}
          </Button>
        </div>
      ) : null}
    </>
  );
}

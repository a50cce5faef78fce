import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { signedOut } from "../../api/session";
import { Button, TextButton } from "../../design/Button";
import { ProblemNotice } from "../../design/Notice";
import { Loading, Page, Part, ROW } from "../../design/Page";
import { useFormat } from "../../i18n/format";
import { ConsentHistory } from "./ConsentHistory";
import { Consents } from "./Consents";
import { Deletion } from "./Deletion";
import { Devices } from "./Devices";
import { Exports } from "./Exports";
import { Reviews } from "./Reviews";
import { Notifications } from "./Notifications";
import { SecondFactorState } from "./SecondFactorState";

/** Everything a member may decide about what is known of them, in one place. */
export default function Privacy() {
  const { t } = useTranslation();
  return (
    <Page title={t("privacy.title")} lead={t("privacy.lead")}>
      <Part title={t("privacy.consents")} lead={t("privacy.consentsLead")}>
        <Consents />
        <ConsentHistory />
      </Part>
      <Part title={t("notifications.title")} lead={t("notifications.lead")}>
        <Notifications />
      </Part>
      <Part title={t("privacy.sessions")} lead={t("privacy.sessionsLead")}>
        <Sessions />
      </Part>
      <Part title={t("devices.title")} lead={t("devices.lead")}>
        <Devices />
      </Part>
      <Part title={t("factor2.title")} lead={t("factor2.lead")}>
        <SecondFactorState />
      </Part>
      <Part title={t("exports.title")} lead={t("exports.lead")}>
        <Exports />
      </Part>
      <Part title={t("reviews.title")} lead={t("reviews.lead")}>
        <Reviews />
      </Part>
      <Part title={t("privacy.blocks")} lead={t("privacy.blocksLead")}>
        <Blocks />
      </Part>
      <Part title={t("privacy.deletion")} lead={t("privacy.deletionLead")}>
        <Deletion />
      </Part>
    </Page>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const sessions = useQuery({ queryKey: ["sessions"], queryFn: () => answer(api.GET("/api/me/sessions")) });
  const end = useMutation({
    mutationFn: (session_id: string) =>
      answer(api.DELETE("/api/me/sessions/{session_id}", { params: { path: { session_id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["sessions"] }),
  });
  const endAll = useMutation({
    mutationFn: () => answer(api.POST("/api/auth/logout-everywhere")),
    onSuccess: signedOut,
  });
  if (!sessions.data) {
    return sessions.error ? <ProblemNotice error={sessions.error} retry={() => void sessions.refetch()} /> : <Loading rows={1} />;
  }
  return (
    <>
      <ul className="grid gap-3">
        {sessions.data.items.map((session) => {
          const label = session.label || t("privacy.someDevice");
          return (
            <li key={session.id} className={ROW}>
              <div className="min-w-0">
                <p className="font-semibold wrap-anywhere">{label}</p>
                <p className="text-sm text-soft">{t("privacy.lastUsed", { at: format.moment(session.last_used_at) })}</p>
              </div>
              {session.current ? (
                <span className="text-sm font-semibold text-sea">{t("privacy.thisDevice")}</span>
              ) : (
                <TextButton busy={end.isPending} onClick={() => end.mutate(session.id)} aria-label={t("privacy.endNamed", { label })}>
                  {t("privacy.end")}
                </TextButton>
              )}
            </li>
          );
        })}
      </ul>
      <ProblemNotice error={end.error ?? endAll.error} />
      <div>
        <Button look="quiet" busy={endAll.isPending} onClick={() => endAll.mutate()}>
          {t("privacy.endAll")}
        </Button>
      </div>
    </>
  );
}

function Blocks() {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const blocks = useQuery({
    queryKey: ["blocks"],
    queryFn: () => answer(api.GET("/api/me/blocks", { params: { query: { limit: 100 } } })),
  });
  const lift = useMutation({
    mutationFn: (user_id: string) => answer(api.DELETE("/api/me/blocks/{user_id}", { params: { path: { user_id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["blocks"] }),
  });
  if (!blocks.data) {
    return blocks.error ? <ProblemNotice error={blocks.error} retry={() => void blocks.refetch()} /> : <Loading rows={1} />;
  }
  if (blocks.data.items.length === 0) return <p className="text-soft">{t("privacy.noBlocks")}</p>;
  return (
    <>
      <ul className="grid gap-3">
        {blocks.data.items.map((block) => {
          const name = block.name ?? t("privacy.somebody");
          return (
            <li key={block.user_id} className={ROW}>
              <div>
                <p className="font-semibold">{name}</p>
                <p className="text-sm text-soft">{t("privacy.since", { day: format.day(block.at) })}</p>
              </div>
              <TextButton busy={lift.isPending} onClick={() => lift.mutate(block.user_id)} aria-label={t("privacy.liftNamed", { name })}>
                {t("privacy.lift")}
              </TextButton>
            </li>
          );
        })}
      </ul>
      <ProblemNotice error={lift.error} />
    </>
  );
}

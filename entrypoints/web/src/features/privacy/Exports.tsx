import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { BrowserLink } from "../../design/Button";
import { ProblemNotice } from "../../design/Notice";
import { Loading, ROW } from "../../design/Page";
import { useFormat } from "../../i18n/format";
import { PasswordForm, type Secrets } from "./PasswordForm";
import { useSecondFactor } from "./SecondFactorState";

const LOOK_AGAIN_MS = 3000;
const KIB = 1024;

/** A copy of everything that is kept: asked for with the password, made within minutes, and fetched here or by mail. */
export function Exports() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const factor = useSecondFactor();
  const copies = useQuery({
    queryKey: ["exports"],
    queryFn: () => answer(api.GET("/api/me/exports")),
    refetchInterval: (query) => (query.state.data?.items.some(beingMade) ? LOOK_AGAIN_MS : false),
  });
  const request = useMutation({
    mutationFn: ({ password, code }: Secrets) => answer(api.POST("/api/me/exports", { body: { password, code: code || null } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["exports"] }),
  });
  if (!copies.data) return copies.error ? <ProblemNotice error={copies.error} retry={() => void copies.refetch()} /> : <Loading rows={1} />;
  return (
    <>
      <div role="status" className="grid gap-3 empty:hidden">
        {copies.data.items.map((copy) => (
          <div key={copy.id} className={ROW}>
            <Copy copy={copy} />
          </div>
        ))}
      </div>
      {copies.data.items.some(beingMade) ? null : (
        <PasswordForm
          withCode={factor.data?.on ?? false}
          hint={t("exports.passwordHint")}
          action={t("exports.do")}
          busy={request.isPending}
          error={request.error}
          onSubmit={(secrets) => request.mutate(secrets)}
        />
      )}
    </>
  );
}

function Copy({ copy }: { copy: Schemas["ExportView"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!copy.url || !copy.expires_at) {
    return (
      <div>
        <p className="font-semibold">{t("exports.making")}</p>
        <p className="text-sm text-soft">{t("exports.dueAt", { at: format.moment(copy.due_at) })}</p>
      </div>
    );
  }
  return (
    <>
      <div>
        <p className="font-semibold">{t("exports.ready", { day: format.day(copy.requested_at) })}</p>
        <p className="text-sm text-soft">{t("exports.until", { day: format.day(copy.expires_at), size: format.number((copy.size ?? 0) / KIB) })}</p>
      </div>
      <BrowserLink look="quiet" href={copy.url}>
        {t("exports.download")}
      </BrowserLink>
    </>
  );
}

function beingMade(copy: Schemas["ExportView"]): boolean {
  return copy.ready_at === null;
}

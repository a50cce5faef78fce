import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { LinkButton } from "../../design/Button";
import { ProblemNotice } from "../../design/Notice";
import { Loading } from "../../design/Page";
import { useFormat } from "../../i18n/format";

export function useSecondFactor() {
  return useQuery({ queryKey: ["second-factor"], queryFn: () => answer(api.GET("/api/me/second-factor")) });
}

/** Whether signing in needs a code beside the password, and the way to change that. */
export function SecondFactorState() {
  const { t } = useTranslation();
  const format = useFormat();
  const factor = useSecondFactor();
  if (!factor.data) return factor.error ? <ProblemNotice error={factor.error} retry={() => void factor.refetch()} /> : <Loading rows={1} />;
  const { on, since, recovery_codes_left } = factor.data;
  return (
    <>
      {on && since ? <p>{t("factor2.onSince", { day: format.day(since), codes: format.number(recovery_codes_left) })}</p> : <p className="text-soft">{t("factor2.off")}</p>}
      <div>
        <LinkButton look="quiet" href="/privacy/second-factor">
          {t(on ? "factor2.change" : "factor2.setUp")}
        </LinkButton>
      </div>
    </>
  );
}

import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Button } from "../../design/Button";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Page } from "../../design/Page";

/** After joining. It says the same whether or not the address had an account, as the API does. */
export function CheckMail({ email }: { email: string }) {
  const { t } = useTranslation();
  const resend = useMutation({ mutationFn: () => answer(api.POST("/api/auth/verify/resend", { body: { email } })) });
  return (
    <Page title={t("checkMail.title")} lead={t("checkMail.lead", { email })}>
      <p className="text-soft">{t("checkMail.hint")}</p>
      <ProblemNotice error={resend.error} />
      {resend.isSuccess ? <Notice role="status">{t("checkMail.again")}</Notice> : null}
      <div>
        <Button look="quiet" busy={resend.isPending} onClick={() => resend.mutate()}>
          {t("checkMail.resend")}
        </Button>
      </div>
    </Page>
  );
}

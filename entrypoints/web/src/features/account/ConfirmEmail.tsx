import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Button } from "../../design/Button";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Page } from "../../design/Page";

/** Where the link leads that was mailed to the address that is to be the account's. */
export default function ConfirmEmail() {
  const { t } = useTranslation();
  const token = new URLSearchParams(location.search).get("token") ?? "";
  const confirm = useMutation({
    mutationFn: () => answer(api.POST("/api/auth/email/confirm", { body: { token } })),
  });
  return (
    <Page title={t("confirmEmail.title")} lead={t("confirmEmail.lead")}>
      <ProblemNotice error={confirm.error} />
      {confirm.isSuccess ? (
        <Notice role="status">{t("confirmEmail.done")}</Notice>
      ) : (
        <div>
          <Button busy={confirm.isPending} onClick={() => confirm.mutate()}>
            {t("confirmEmail.do")}
          </Button>
        </div>
      )}
    </Page>
  );
}

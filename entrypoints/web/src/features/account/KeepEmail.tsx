import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Button } from "../../design/Button";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Page } from "../../design/Page";

/** Where the link leads that was mailed to the address before: it stops a change, also one that was made. */
export default function KeepEmail() {
  const { t } = useTranslation();
  const token = new URLSearchParams(location.search).get("token") ?? "";
  const keep = useMutation({
    mutationFn: () => answer(api.POST("/api/auth/email/keep", { body: { token } })),
  });
  return (
    <Page title={t("keepEmail.title")} lead={t("keepEmail.lead")}>
      <ProblemNotice error={keep.error} />
      {keep.isSuccess ? (
        <Notice role="status">{t("keepEmail.done")}</Notice>
      ) : (
        <div>
          <Button busy={keep.isPending} onClick={() => keep.mutate()}>
            {t("keepEmail.do")}
          </Button>
        </div>
      )}
    </Page>
  );
}

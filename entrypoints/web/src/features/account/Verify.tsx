import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { answer, api } from "../../api/client";
import { useSession } from "../../api/session";
import { Button } from "../../design/Button";
import { ProblemNotice } from "../../design/Notice";
import { Page } from "../../design/Page";

/** Where the mailed link leads. A press of the button uses it up: programs that look into mails follow links too. */
export default function Verify() {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const session = useSession();
  const token = new URLSearchParams(location.search).get("token") ?? "";
  const verify = useMutation({
    mutationFn: () => answer(api.POST("/api/auth/verify", { body: { token } })),
    onSuccess: () => go(session === "signed_in" ? "/onboarding" : "/login?verified", { replace: true }),
  });
  return (
    <Page title={t("verify.title")} lead={t("verify.lead")}>
      <ProblemNotice error={verify.error} />
      <div>
        <Button busy={verify.isPending} onClick={() => verify.mutate()}>
          {t("verify.do")}
        </Button>
      </div>
    </Page>
  );
}

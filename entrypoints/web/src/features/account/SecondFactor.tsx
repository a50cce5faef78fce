import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { signedIn } from "../../api/session";
import { Button } from "../../design/Button";
import { TextField } from "../../design/Field";
import { ProblemNotice } from "../../design/Notice";
import { Page } from "../../design/Page";
import { deviceLabel } from "./device";

/** The second half of signing in, for members with a second factor. */
export function SecondFactor({ challenge }: { challenge: string }) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const confirm = useMutation({
    mutationFn: () =>
      answer(
        api.POST("/api/auth/second-factor", {
          body: { challenge_token: challenge, code: code.trim(), device_label: deviceLabel(navigator.userAgent) || null },
        }),
      ),
    onSuccess: signedIn,
  });
  return (
    <Page title={t("secondFactor.title")} lead={t("secondFactor.lead")}>
      <form
        noValidate
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          confirm.mutate();
        }}
      >
        <TextField label={t("secondFactor.code")} hint={t("secondFactor.hint")} autoComplete="one-time-code" value={code} onChange={(event) => setCode(event.target.value)} />
        <ProblemNotice error={confirm.error} />
        <div>
          <Button type="submit" busy={confirm.isPending} disabled={code.trim() === ""}>
            {t("login.do")}
          </Button>
        </div>
      </form>
    </Page>
  );
}

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { TextField } from "../../design/Field";
import { Notice } from "../../design/Notice";
import { wrongWith } from "../../i18n/problems";
import { PasswordForm, type Secrets } from "../privacy/PasswordForm";
import { useSecondFactor } from "../privacy/SecondFactorState";

/** Another address for the account: it counts once the link that is mailed there was followed. */
export function EmailChange() {
  const { t } = useTranslation();
  const factor = useSecondFactor();
  const [email, setEmail] = useState("");
  const change = useMutation({
    mutationFn: ({ password, code }: Secrets) => answer(api.POST("/api/me/email", { body: { email: email.trim(), password, code: code || null } })),
  });
  if (change.isSuccess) return <Notice role="status">{t("emailChange.done", { email: email.trim() })}</Notice>;
  const wrong = wrongWith(change.error, "email", t);
  return (
    <PasswordForm withCode={factor.data?.on ?? false} action={t("emailChange.do")} busy={change.isPending} error={wrong ? null : change.error} onSubmit={(secrets) => change.mutate(secrets)}>
      <TextField
        label={t("emailChange.email")}
        type="email"
        autoComplete="email"
        value={email}
        error={wrong}
        onChange={(event) => setEmail(event.target.value)}
      />
    </PasswordForm>
  );
}

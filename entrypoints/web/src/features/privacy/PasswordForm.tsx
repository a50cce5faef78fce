import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { TextField } from "../../design/Field";
import { Form } from "../../design/Form";
import { ProblemNotice } from "../../design/Notice";
import { wrongCode, wrongWith } from "../../i18n/problems";

export interface Secrets {
  password: string;
  code: string;
}

interface PasswordFormProps {
  hint?: string;
  action: string;
  danger?: boolean;
  busy: boolean;
  error: unknown;
  /** Whether a code of the second factor is asked for too. */
  withCode?: boolean;
  onSubmit: (secrets: Secrets) => void;
  /** What else is asked, before the password. */
  children?: ReactNode;
}

/** The password once more, and a code where one is on, before something that whoever holds the phone must not do. */
export function PasswordForm({ hint, action, danger = false, busy, error, withCode = false, onSubmit, children }: PasswordFormProps) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const wrong = wrongWith(error, "password", t);
  const refused = withCode ? wrongCode(error, t) : undefined;
  return (
    <Form
      className="grid gap-4"
      onSubmit={() => {
        if (!busy) onSubmit({ password, code: code.trim() });
      }}
    >
      {children}
      <TextField
        label={t("account.password")}
        hint={hint}
        type="password"
        autoComplete="current-password"
        value={password}
        error={wrong}
        onChange={(event) => setPassword(event.target.value)}
      />
      {withCode ? (
        <TextField label={t("secondFactor.code")} hint={t("secondFactor.hint")} autoComplete="one-time-code" value={code} error={refused} onChange={(event) => setCode(event.target.value)} />
      ) : null}
      <ProblemNotice error={wrong || refused ? null : error} />
      <div>
        <Button type="submit" look={danger ? "danger" : "quiet"} busy={busy} disabled={password === "" || (withCode && code.trim() === "")}>
          {action}
        </Button>
      </div>
    </Form>
  );
}

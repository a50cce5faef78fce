import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { isProblem } from "../../api/problem";
import { signedOut } from "../../api/session";
import { Button } from "../../design/Button";
import { TextField } from "../../design/Field";
import { Notice, ProblemNotice } from "../../design/Notice";
import { useFormat } from "../../i18n/format";
import { fieldWords } from "../../i18n/problems";

/** Leaving: the password, one button, and 30 days to think better of it by signing in. Nobody is asked to stay. */
export function Deletion() {
  const { t } = useTranslation();
  const format = useFormat();
  const [password, setPassword] = useState("");
  const erase = useMutation({ mutationFn: () => answer(api.POST("/api/me/erasure", { body: { password } })) });
  if (erase.data) {
    return (
      <Notice role="status" title={t("deletion.done")}>
        <p>{t("deletion.until", { day: format.day(erase.data.erase_at) })}</p>
        <div>
          <Button look="quiet" onClick={signedOut}>
            {t("deletion.leave")}
          </Button>
        </div>
      </Notice>
    );
  }
  const wrong = isProblem(erase.error) ? erase.error.fields.find(({ path }) => path === "password") : undefined;
  return (
    <form
      noValidate
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        erase.mutate();
      }}
    >
      <TextField
        label={t("account.password")}
        hint={t("deletion.passwordHint")}
        type="password"
        autoComplete="current-password"
        value={password}
        error={wrong ? fieldWords(wrong.code, wrong.message, t) : undefined}
        onChange={(event) => setPassword(event.target.value)}
      />
      <ProblemNotice error={wrong ? null : erase.error} />
      <div>
        <Button type="submit" look="danger" busy={erase.isPending} disabled={password === ""}>
          {t("deletion.do")}
        </Button>
      </div>
    </form>
  );
}

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { signedIn } from "../../api/session";
import { Button } from "../../design/Button";
import { TextField } from "../../design/Field";
import { ProblemNotice } from "../../design/Notice";
import { Page } from "../../design/Page";
import { deviceLabel } from "./device";
import { passkeysKnown, signInWithPasskey } from "./passkey";

type Way = "passkey" | "code";

/** The second half of signing in, for members with a second factor: by a passkey, for whoever has one, or by a code. */
export function SecondFactor({ challenge: { challenge_token, passkeys } }: { challenge: Schemas["Challenge"] }) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const confirm = useMutation({
    mutationFn: (way: Way) =>
      way === "passkey"
        ? signInWithPasskey(challenge_token)
        : answer(api.POST("/api/auth/second-factor", { body: { challenge_token, code: code.trim(), device_label: deviceLabel(navigator.userAgent) || null } })),
    onSuccess: signedIn,
  });
  const busy = (way: Way) => confirm.isPending && confirm.variables === way;
  const error = (way: Way) => (confirm.variables === way ? confirm.error : null);
  const go = (way: Way) => {
    if (!confirm.isPending) confirm.mutate(way);
  };
  return (
    <Page title={t("secondFactor.title")} lead={t("secondFactor.lead")}>
      {passkeys && passkeysKnown() ? (
        <div className="grid gap-4 border-b border-line pb-8">
          <p>{t("secondFactor.passkeyHint")}</p>
          <ProblemNotice error={error("passkey")} />
          <div>
            <Button busy={busy("passkey")} onClick={() => go("passkey")}>
              {t("secondFactor.passkey")}
            </Button>
          </div>
          {busy("passkey") ? <p role="status">{t("secondFactor.asking")}</p> : null}
        </div>
      ) : null}
      {passkeys && !passkeysKnown() ? <p>{t("secondFactor.passkeysUnknown")}</p> : null}
      <form
        noValidate
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          go("code");
        }}
      >
        <TextField label={t("secondFactor.code")} hint={t("secondFactor.hint")} autoComplete="one-time-code" value={code} onChange={(event) => setCode(event.target.value)} />
        <ProblemNotice error={error("code")} />
        <div>
          <Button type="submit" busy={busy("code")} disabled={code.trim() === ""}>
            {t("login.do")}
          </Button>
        </div>
      </form>
    </Page>
  );
}

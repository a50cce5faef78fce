import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { isProblem } from "../../api/problem";
import { signedIn } from "../../api/session";
import { Button } from "../../design/Button";
import { TextField } from "../../design/Field";
import { toFocus } from "../../design/focus";
import { Form } from "../../design/Form";
import { ProblemNotice } from "../../design/Notice";
import { Page } from "../../design/Page";
import { wrongCode } from "../../i18n/problems";
import { Contact } from "./Contact";
import { deviceLabel } from "./device";
import { passkeysKnown, signInWithPasskey } from "./passkey";

type Way = "passkey" | "code";

/** The second half of signing in, for members with a second factor: by a passkey, for whoever has one, or by a code. */
export function SecondFactor({ challenge: { challenge_token, passkeys }, onAgain }: { challenge: Schemas["Challenge"]; onAgain: () => void }) {
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
  const wrong = wrongCode(confirm.error, t);
  if (isProblem(confirm.error, "challenge_over")) {
    return (
      <Page title={t("secondFactor.title")} lead={t("secondFactor.lead")}>
        <ProblemNotice error={confirm.error} />
        <div ref={toFocus} tabIndex={-1}>
          <Button onClick={onAgain}>{t("secondFactor.again")}</Button>
        </div>
      </Page>
    );
  }
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
      <Form
        className="grid gap-5"
        onSubmit={() => {
          go("code");
        }}
      >
        <TextField label={t("secondFactor.code")} hint={t("secondFactor.hint")} autoComplete="one-time-code" value={code} error={wrong} onChange={(event) => setCode(event.target.value)} />
        <ProblemNotice error={wrong ? null : error("code")} />
        <div>
          <Button type="submit" busy={busy("code")} disabled={code.trim() === ""}>
            {t("login.do")}
          </Button>
        </div>
      </Form>
      <div className="grid gap-2 text-soft">
        <p>{t("secondFactor.lost")}</p>
        <Contact subject={t("secondFactor.lostSubject")} />
      </div>
    </Page>
  );
}

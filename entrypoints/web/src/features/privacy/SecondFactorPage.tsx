import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { Button, LinkButton } from "../../design/Button";
import { TextField } from "../../design/Field";
import { Form } from "../../design/Form";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Card, Loading, Page, Part } from "../../design/Page";
import { wrongCode } from "../../i18n/problems";
import { Passkeys } from "./Passkeys";
import { PasswordForm, type Secrets } from "./PasswordForm";
import { QrCode } from "./QrCode";
import { RecoveryCodes } from "./RecoveryCodes";
import { useSecondFactor } from "./SecondFactorState";

/** Setting a second factor up, in three steps of which only the last changes anything; passkeys; new codes; and doing without. */
export default function SecondFactorPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const factor = useSecondFactor();
  const [codes, setCodes] = useState<string[] | null>(null);
  const changed = (fresh: string[] | null) => {
    setCodes(fresh);
    void queries.invalidateQueries({ queryKey: ["second-factor"] });
    void queries.invalidateQueries({ queryKey: ["sessions"] });
  };
  if (codes) return <RecoveryCodes codes={codes} onKept={() => setCodes(null)} />;
  return (
    <Page title={t("factor2.title")} lead={t("factor2.lead")}>
      <ProblemNotice error={factor.error} retry={() => void factor.refetch()} />
      {factor.isPending ? <Loading /> : null}
      {factor.data ? factor.data.on ? <On codesLeft={factor.data.recovery_codes_left} onChanged={changed} /> : <SetUp onDone={changed} /> : null}
      <div>
        <LinkButton look="quiet" href="/privacy">
          {t("factor2.toPrivacy")}
        </LinkButton>
      </div>
    </Page>
  );
}

function SetUp({ onDone }: { onDone: (codes: string[]) => void }) {
  const { t } = useTranslation();
  const enrol = useMutation({
    mutationFn: ({ password }: Secrets) => answer(api.POST("/api/me/second-factor", { body: { password } })),
  });
  if (enrol.data) return <Scan enrolment={enrol.data} onDone={onDone} />;
  return (
    <Card className="grid gap-5">
      <p>{t("factor2.needsApp")}</p>
      <PasswordForm hint={t("factor2.passwordHint")} action={t("factor2.begin")} busy={enrol.isPending} error={enrol.error} onSubmit={(secrets) => enrol.mutate(secrets)} />
    </Card>
  );
}

function Scan({ enrolment, onDone }: { enrolment: Schemas["Enrolment"]; onDone: (codes: string[]) => void }) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const confirm = useMutation({
    mutationFn: () => answer(api.POST("/api/me/second-factor/confirm", { body: { code: code.trim() } })),
    onSuccess: ({ recovery_codes }) => onDone(recovery_codes),
  });
  const wrong = wrongCode(confirm.error, t);
  return (
    <Card className="grid gap-6">
      <div className="grid items-center gap-6 sm:grid-cols-[13rem_1fr]">
        <QrCode content={enrolment.uri} label={t("factor2.qr")} />
        <div className="grid gap-2">
          <p>{t("factor2.scan")}</p>
          <p className="text-sm text-soft">{t("factor2.orType")}</p>
          <p className="rounded-sm bg-sunken px-3 py-2 font-semibold tracking-wider wrap-anywhere">{enrolment.secret.match(/.{1,4}/g)?.join(" ")}</p>
        </div>
      </div>
      <Form
        className="grid gap-4"
        onSubmit={() => {
          if (!confirm.isPending) confirm.mutate();
        }}
      >
        <TextField label={t("secondFactor.code")} hint={t("factor2.codeHint")} inputMode="numeric" autoComplete="one-time-code" value={code} error={wrong} onChange={(event) => setCode(event.target.value)} />
        <ProblemNotice error={wrong ? null : confirm.error} />
        <div>
          <Button type="submit" busy={confirm.isPending} disabled={code.trim() === ""}>
            {t("factor2.turnOn")}
          </Button>
        </div>
      </Form>
    </Card>
  );
}

function On({ codesLeft, onChanged }: { codesLeft: number; onChanged: (codes: string[] | null) => void }) {
  const { t } = useTranslation();
  const renew = useMutation({
    mutationFn: (body: Secrets) => answer(api.POST("/api/me/second-factor/recovery-codes", { body })),
    onSuccess: ({ recovery_codes }) => onChanged(recovery_codes),
  });
  const remove = useMutation({
    mutationFn: (body: Secrets) => answer(api.POST("/api/me/second-factor/remove", { body })),
    onSuccess: () => onChanged(null),
  });
  return (
    <>
      <Notice>
        <p>{t("factor2.codesLeft", { count: codesLeft })}</p>
      </Notice>
      <Passkeys />
      <Part title={t("factor2.renew")} lead={t("factor2.renewLead")}>
        <PasswordForm withCode action={t("factor2.renewDo")} busy={renew.isPending} error={renew.error} onSubmit={(secrets) => renew.mutate(secrets)} />
      </Part>
      <Part title={t("factor2.remove")} lead={t("factor2.removeLead")}>
        <PasswordForm withCode danger action={t("factor2.removeDo")} busy={remove.isPending} error={remove.error} onSubmit={(secrets) => remove.mutate(secrets)} />
      </Part>
    </>
  );
}

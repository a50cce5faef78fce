import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import * as z from "zod/mini";
import { answer, api, type Schemas } from "../../api/client";
import { Button } from "../../design/Button";
import { FieldError, TextField } from "../../design/Field";
import { Form } from "../../design/Form";
import { ProblemNotice } from "../../design/Notice";
import { Loading, Page } from "../../design/Page";
import { said, showInForm, useWrong } from "../../i18n/problems";
import { CheckMail } from "./CheckMail";
import { useConsentTexts } from "./consentTexts";
import { dateOfBirth, email, newPassword, SHORTEST_PASSWORD } from "./forms";

const SCHEMA = z.object({
  email,
  password: newPassword,
  date_of_birth: dateOfBirth,
  terms: z.literal(true, said("join.termsNeeded")),
  privacy_policy: z.literal(true, said("join.privacyNeeded")),
});

export default function Join() {
  const { t } = useTranslation();
  const [joined, setJoined] = useState<string | null>(null);
  if (joined !== null) return <CheckMail email={joined} />;
  return (
    <Page title={t("join.title")} lead={t("join.lead")}>
      <JoinForm onJoined={setJoined} />
    </Page>
  );
}

function JoinForm({ onJoined }: { onJoined: (email: string) => void }) {
  const { t } = useTranslation();
  const texts = useConsentTexts();
  const form = useForm<z.input<typeof SCHEMA>, unknown, z.output<typeof SCHEMA>>({
    resolver: zodResolver(SCHEMA),
    defaultValues: { email: "", password: "", date_of_birth: "" },
  });
  const text = (purpose: string) => texts.data?.items.find((each) => each.purpose === purpose);
  const join = useMutation({
    mutationFn: (values: z.output<typeof SCHEMA>) =>
      answer(
        api.POST("/api/auth/register", {
          body: {
            email: values.email,
            password: values.password,
            date_of_birth: values.date_of_birth,
            time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC",
            terms_version: text("terms")?.version ?? "",
            privacy_policy_version: text("privacy_policy")?.version ?? "",
            language: text("terms")?.language ?? null,
          },
        }),
      ),
    onSuccess: (_, values) => onJoined(values.email),
    onError: (error) => showInForm(error, ["email", "password", "date_of_birth"], form.setError),
  });
  const { errors } = form.formState;
  const wrong = useWrong(errors);
  const shown = Object.keys(errors).length > 0 ? null : join.error;
  return (
    <Form className="grid gap-5" onSubmit={form.handleSubmit((values) => join.mutate(values))}>
      <TextField label={t("account.email")} type="email" autoComplete="email" error={wrong("email")} {...form.register("email")} />
      <TextField label={t("account.password")} hint={t("account.passwordHint", { count: SHORTEST_PASSWORD })} type="password" autoComplete="new-password" error={wrong("password")} {...form.register("password")} />
      <TextField label={t("account.dateOfBirth")} hint={t("account.dateOfBirthHint")} type="date" autoComplete="bday" error={wrong("date_of_birth")} {...form.register("date_of_birth")} />
      <ProblemNotice error={texts.error} retry={() => void texts.refetch()} />
      {texts.isPending ? <Loading /> : null}
      <Agreement text={text("terms")} error={wrong("terms")} {...form.register("terms")} />
      <Agreement text={text("privacy_policy")} error={wrong("privacy_policy")} {...form.register("privacy_policy")} />
      <ProblemNotice error={shown} />
      <div>
        <Button type="submit" busy={join.isPending}>
          {t("join.do")}
        </Button>
      </div>
    </Form>
  );
}

/** One agreement with the words it is given to, unticked. */
function Agreement({ text, error, ...input }: { text: Schemas["ConsentText"] | undefined; error: string | undefined } & React.InputHTMLAttributes<HTMLInputElement>) {
  const { t } = useTranslation();
  const id = useId();
  if (!text) return null;
  return (
    <div className="grid gap-2 rounded-md border border-line bg-surface p-4">
      <label className="flex min-h-8 items-start gap-3 font-semibold">
        <input type="checkbox" className="mt-1 size-5 shrink-0 accent-sea" aria-invalid={error !== undefined} aria-describedby={error ? id : undefined} {...input} />
        <span>{t("join.agree", { title: t(`purpose.${text.purpose}`) })}</span>
      </label>
      <details className="text-sm text-soft">
        <summary className="min-h-6">{t("join.read")}</summary>
        <p className="pt-2" lang={text.language}>
          {text.text}
        </p>
      </details>
      <FieldError id={id} error={error} />
    </div>
  );
}

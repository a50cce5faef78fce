import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import * as z from "zod/mini";
import { answer, api } from "../../api/client";
import { Button } from "../../design/Button";
import { TextField } from "../../design/Field";
import { Form } from "../../design/Form";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Page } from "../../design/Page";
import { useWrong } from "../../i18n/problems";
import { email } from "./forms";

const SCHEMA = z.object({ email });

export default function ForgotPassword() {
  const { t } = useTranslation();
  const form = useForm({ resolver: zodResolver(SCHEMA), defaultValues: { email: "" } });
  const wrong = useWrong(form.formState.errors);
  const ask = useMutation({
    mutationFn: (body: { email: string }) => answer(api.POST("/api/auth/password/forgot", { body })),
  });
  return (
    <Page title={t("forgot.title")} lead={t("forgot.lead")}>
      <Form className="grid gap-5" onSubmit={form.handleSubmit((values) => ask.mutate(values))}>
        <TextField label={t("account.email")} type="email" autoComplete="username" error={wrong("email")} {...form.register("email")} />
        <ProblemNotice error={ask.error} />
        {ask.isSuccess ? <Notice role="status">{t("forgot.done")}</Notice> : null}
        <div>
          <Button type="submit" busy={ask.isPending}>
            {t("forgot.do")}
          </Button>
        </div>
      </Form>
    </Page>
  );
}

import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import * as z from "zod/mini";
import { answer, api } from "../../api/client";
import { signedOut } from "../../api/session";
import { Button } from "../../design/Button";
import { TextField } from "../../design/Field";
import { Form } from "../../design/Form";
import { ProblemNotice } from "../../design/Notice";
import { Page } from "../../design/Page";
import { showInForm, useWrong } from "../../i18n/problems";
import { newPassword, SHORTEST_PASSWORD } from "./forms";

const SCHEMA = z.object({ password: newPassword });

/** A new password by the mailed link. It ends every session, this browser's too. */
export default function ResetPassword() {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const token = new URLSearchParams(location.search).get("token") ?? "";
  const form = useForm({ resolver: zodResolver(SCHEMA), defaultValues: { password: "" } });
  const reset = useMutation({
    mutationFn: ({ password }: { password: string }) =>
      answer(api.POST("/api/auth/password/reset", { body: { token, password } })),
    onSuccess: () => {
      signedOut();
      go("/login?changed", { replace: true });
    },
    onError: (error) => showInForm(error, ["password"], form.setError),
  });
  const error = useWrong(form.formState.errors)("password");
  return (
    <Page title={t("reset.title")} lead={t("reset.lead")}>
      <Form className="grid gap-5" onSubmit={form.handleSubmit((values) => reset.mutate(values))}>
        <TextField label={t("account.newPassword")} hint={t("account.passwordHint", { count: SHORTEST_PASSWORD })} type="password" autoComplete="new-password" error={error} {...form.register("password")} />
        <ProblemNotice error={error ? null : reset.error} />
        <div>
          <Button type="submit" busy={reset.isPending}>
            {t("reset.do")}
          </Button>
        </div>
      </Form>
    </Page>
  );
}

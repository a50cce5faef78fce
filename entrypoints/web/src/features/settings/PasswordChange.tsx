import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import * as z from "zod/mini";
import { answer, api, type Schemas } from "../../api/client";
import { signedIn } from "../../api/session";
import { Button } from "../../design/Button";
import { TextField } from "../../design/Field";
import { Form } from "../../design/Form";
import { Notice, ProblemNotice } from "../../design/Notice";
import { showInForm, useWrong } from "../../i18n/problems";
import { newPassword, password, SHORTEST_PASSWORD } from "../account/forms";

const SCHEMA = z.object({ current_password: password, new_password: newPassword });

/** Every other device is signed out by it; this one goes on with a new session. */
export function PasswordChange() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useForm({ resolver: zodResolver(SCHEMA), defaultValues: { current_password: "", new_password: "" } });
  const change = useMutation({
    mutationFn: (body: Schemas["PasswordChange"]) => answer(api.POST("/api/auth/password/change", { body })),
    onSuccess: (tokens) => {
      signedIn(tokens);
      form.reset();
      return queries.invalidateQueries({ queryKey: ["sessions"] });
    },
    onError: (error) => showInForm(error, ["current_password", "new_password"], form.setError),
  });
  const { errors } = form.formState;
  const wrong = useWrong(errors);
  return (
    <Form className="grid gap-4" onSubmit={form.handleSubmit((values) => change.mutate(values))}>
      <TextField label={t("account.currentPassword")} type="password" autoComplete="current-password" error={wrong("current_password")} {...form.register("current_password")} />
      <TextField label={t("account.newPassword")} hint={t("account.passwordHint", { count: SHORTEST_PASSWORD })} type="password" autoComplete="new-password" error={wrong("new_password")} {...form.register("new_password")} />
      <ProblemNotice error={Object.keys(errors).length > 0 ? null : change.error} />
      {change.isSuccess ? <Notice role="status">{t("settings.passwordChanged")}</Notice> : null}
      <div>
        <Button type="submit" look="quiet" busy={change.isPending}>
          {t("settings.changePassword")}
        </Button>
      </div>
    </Form>
  );
}

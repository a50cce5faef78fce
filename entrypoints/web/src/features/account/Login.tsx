import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import * as z from "zod/mini";
import { answer, api } from "../../api/client";
import { signedIn, wasEnded } from "../../api/session";
import { Button, LINK } from "../../design/Button";
import { TextField } from "../../design/Field";
import { Form } from "../../design/Form";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Page } from "../../design/Page";
import { deviceLabel } from "./device";
import { useWrong } from "../../i18n/problems";
import { email, password } from "./forms";
import { SecondFactor } from "./SecondFactor";

const SCHEMA = z.object({ email, password });

export default function Login() {
  const { t } = useTranslation();
  const form = useForm({ resolver: zodResolver(SCHEMA), defaultValues: { email: "", password: "" } });
  const login = useMutation({
    mutationFn: (body: z.infer<typeof SCHEMA>) =>
      answer(api.POST("/api/auth/login", { body: { ...body, device_label: deviceLabel(navigator.userAgent) || null } })),
    onSuccess: (opened) => {
      if ("access_token" in opened) signedIn(opened);
    },
  });
  const again = () => {
    form.resetField("password");
    login.reset();
  };
  const query = new URLSearchParams(location.search);
  const wrong = useWrong(form.formState.errors);
  if (login.data && "challenge_token" in login.data) return <SecondFactor challenge={login.data} onAgain={again} />;
  return (
    <Page title={t("login.title")} lead={t("login.lead")}>
      {wasEnded() ? <Notice role="status">{t("problem.session_over")}</Notice> : null}
      {query.has("verified") ? <Notice role="status">{t("verify.done")}</Notice> : null}
      {query.has("changed") ? <Notice role="status">{t("reset.done")}</Notice> : null}
      <Form className="grid gap-5" onSubmit={form.handleSubmit((values) => login.mutate(values))}>
        <TextField label={t("account.email")} type="email" autoComplete="username" error={wrong("email")} {...form.register("email")} />
        <TextField label={t("account.password")} type="password" autoComplete="current-password" error={wrong("password")} {...form.register("password")} />
        <ProblemNotice error={login.error} />
        <div className="flex flex-wrap items-center gap-5">
          <Button type="submit" busy={login.isPending}>
            {t("login.do")}
          </Button>
          <Link href="/forgot-password" className={LINK}>
            {t("login.forgot")}
          </Link>
        </div>
      </Form>
      <p>
        {t("login.new")}{" "}
        <Link href="/join" className={LINK}>
          {t("login.join")}
        </Link>
      </p>
    </Page>
  );
}

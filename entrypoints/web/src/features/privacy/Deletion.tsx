import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { signedOut } from "../../api/session";
import { Button } from "../../design/Button";
import { Notice } from "../../design/Notice";
import { useFormat } from "../../i18n/format";
import { PasswordForm } from "./PasswordForm";

/** Leaving: the password, one button, and 30 days to think better of it by signing in. Nobody is asked to stay. */
export function Deletion() {
  const { t } = useTranslation();
  const format = useFormat();
  const erase = useMutation({ mutationFn: (password: string) => answer(api.POST("/api/me/erasure", { body: { password } })) });
  if (erase.data) {
    return (
      <Notice role="status" title={t("deletion.done")}>
        <p>{t("deletion.until", { day: format.day(erase.data.erase_at) })}</p>
        {erase.data.paid_tier !== "free" ? <p>{t("deletion.paid", { plan: t(`tier.${erase.data.paid_tier}`) })}</p> : null}
        <ul className="grid list-disc gap-1 pl-5 text-sm">
          {erase.data.kept.map((kept) => (
            <li key={kept.place}>
              {t(`kept.${kept.place.replace(/\W/g, "")}`)} · {t("exports.keptUntil", { day: format.day(kept.until) })}
            </li>
          ))}
        </ul>
        <div>
          <Button look="quiet" onClick={signedOut}>
            {t("deletion.leave")}
          </Button>
        </div>
      </Notice>
    );
  }
  return (
    <PasswordForm
      danger
      hint={t("deletion.passwordHint")}
      action={t("deletion.do")}
      busy={erase.isPending}
      error={erase.error}
      onSubmit={({ password }) => erase.mutate(password)}
    />
  );
}

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ProblemError } from "../api/problem";
import { wordsOf } from "../i18n/problems";
import { Button } from "./Button";

const TONES = {
  calm: "border-line bg-sea-wash",
  warm: "border-line bg-bitter-wash",
  alarm: "border-alarm bg-alarm-wash",
} as const;

export function Notice({ tone = "calm", title, children, role }: { tone?: keyof typeof TONES; title?: string; children?: ReactNode; role?: "status" | "alert" }) {
  return (
    <div role={role} className={`grid gap-2 rounded-md border p-4 sm:p-5 ${TONES[tone]}`}>
      {title ? <p className="font-semibold">{title}</p> : null}
      {children}
    </div>
  );
}

/** What went wrong, in words of the member's language, and what to do: try again, or wait. */
export function ProblemNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  if (!error) return null;
  const requestId = error instanceof ProblemError && error.status >= 500 ? error.requestId : null;
  return (
    <Notice tone="alarm" role="alert">
      <p>{wordsOf(error, t)}</p>
      {requestId ? <p className="text-sm text-soft">{t("state.requestId", { id: requestId })}</p> : null}
      {retry ? (
        <div>
          <Button look="quiet" onClick={retry}>
            {t("state.tryAgain")}
          </Button>
        </div>
      ) : null}
    </Notice>
  );
}

import { useTranslation } from "react-i18next";
import { LinkButton } from "../../design/Button";
import { Card } from "../../design/Page";
import type { StepProps } from "./Onboarding";
import { Button } from "../../design/Button";
import { useLatestResult } from "../insights/result";

export default function AttachmentStep({ next }: StepProps) {
  const { t } = useTranslation();
  const result = useLatestResult();
  return (
    <Card className="grid gap-5">
      <p>{t(result.data ? "onboarding.attachment.done" : "onboarding.attachment.words")}</p>
      <div className="flex flex-wrap gap-3">
        {result.data ? (
          <Button onClick={next}>{t("onboarding.toToday")}</Button>
        ) : (
          <LinkButton href="/assessment">{t("onboarding.attachment.start")}</LinkButton>
        )}
      </div>
    </Card>
  );
}

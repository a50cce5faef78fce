import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Notice } from "../../design/Notice";
import { Card, Page } from "../../design/Page";

/** Shown this once: the way back in for whoever loses their app. Left only by saying that they are kept. */
export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState<boolean | null>(null);
  const written = codes.join("\n");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(written);
      setCopied(true);
    } catch {
      setCopied(false); // Browsers may refuse it, and know of no clipboard where an address is not secure.
    }
  };
  return (
    <Page title={t("recoveryCodes.title")} lead={t("recoveryCodes.lead")}>
      <Card className="grid gap-5">
        <ol className="grid gap-x-8 gap-y-2 sm:grid-cols-2">
          {codes.map((code) => (
            <li key={code} className="border-b border-line pb-2 font-semibold tracking-wide tabular-nums">
              {code}
            </li>
          ))}
        </ol>
        <div className="flex flex-wrap gap-3 print:hidden">
          <Button look="quiet" onClick={() => void copy()}>
            {t("recoveryCodes.copy")}
          </Button>
          <Button look="quiet" onClick={() => save(written)}>
            {t("recoveryCodes.save")}
          </Button>
          <Button look="quiet" onClick={() => window.print()}>
            {t("payments.print")}
          </Button>
        </div>
        {copied === true ? <Notice role="status">{t("recoveryCodes.copied")}</Notice> : null}
        {copied === false ? (
          <Notice tone="warm" role="alert">
            {t("recoveryCodes.notCopied")}
          </Notice>
        ) : null}
      </Card>
      <div className="print:hidden">
        <Button onClick={onKept}>{t("recoveryCodes.kept")}</Button>
      </div>
    </Page>
  );
}

function save(written: string): void {
  const url = URL.createObjectURL(new Blob([`${written}\n`], { type: "text/plain" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: "saltbitter-recovery-codes.txt" });
  link.click();
  URL.revokeObjectURL(url);
}

import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { Button, LinkButton } from "../../design/Button";
import { ProblemNotice } from "../../design/Notice";
import { Card, Loading, Page } from "../../design/Page";
import { useWorded } from "../../i18n/worded";

interface ReceiptProps {
  id: string;
  /** Of something that was paid back. */
  credit?: boolean;
}

/** A receipt or credit note to keep, plain enough to be printed; what stands around it stays off the paper. */
export default function Receipt({ id, credit = false }: ReceiptProps) {
  const { t, i18n } = useTranslation();
  const query = { language: i18n.language === "de" ? ("de" as const) : ("en" as const) };
  const receipt = useQuery({
    ...useWorded("receipt", id, credit),
    queryFn: (): Promise<{ lines: Schemas["ReceiptLine"][]; footnote: string }> =>
      credit
        ? answer(api.GET("/api/me/refunds/{refund_id}/credit-note", { params: { path: { refund_id: id }, query } }))
        : answer(api.GET("/api/me/payments/{payment_id}/receipt", { params: { path: { payment_id: id }, query } })),
  });
  return (
    <Page title={t(credit ? "payments.creditNote" : "payments.receipt")}>
      <ProblemNotice error={receipt.error} retry={() => void receipt.refetch()} />
      {receipt.isPending ? <Loading /> : null}
      {receipt.data ? (
        <Card className="grid gap-5 print:border-0 print:p-0 print:shadow-none">
          <dl className="grid gap-x-6 sm:grid-cols-[auto_1fr]">
            {receipt.data.lines.map((line) => (
              <div key={line.label} className="grid border-b border-line py-2.5 sm:col-span-2 sm:grid-cols-subgrid">
                <dt className="text-soft">{line.label}</dt>
                <dd className="font-semibold wrap-anywhere">{line.value}</dd>
              </div>
            ))}
          </dl>
          <p className="text-sm text-soft">{receipt.data.footnote}</p>
        </Card>
      ) : null}
      <div className="flex flex-wrap gap-3 print:hidden">
        {receipt.data ? <Button onClick={() => window.print()}>{t("payments.print")}</Button> : null}
        <LinkButton look="quiet" href="/subscription">
          {t("payments.back")}
        </LinkButton>
      </div>
    </Page>
  );
}

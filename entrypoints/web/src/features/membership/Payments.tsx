import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { answer, api } from "../../api/client";
import { LINK } from "../../design/Button";
import { ProblemNotice } from "../../design/Notice";
import { Loading, ROW } from "../../design/Page";
import { useFormat } from "../../i18n/format";

/** Everything the member ever paid or tried to pay, newest first, each with its receipt. */
export function Payments() {
  const { t } = useTranslation();
  const format = useFormat();
  const payments = useQuery({ queryKey: ["payments"], queryFn: () => answer(api.GET("/api/me/payments")), refetchOnMount: "always" });
  if (!payments.data) return payments.error ? <ProblemNotice error={payments.error} retry={() => void payments.refetch()} /> : <Loading rows={1} />;
  if (payments.data.items.length === 0) return <p className="text-soft">{t("payments.none")}</p>;
  return (
    <ul className="grid gap-3">
      {payments.data.items.map((payment) => (
        <li key={payment.id} className={ROW}>
          <div className="min-w-0">
            <p className="font-semibold">{t("payments.line", { sum: format.money(payment.amount), what: t(`paidFor.${payment.product}`, { defaultValue: payment.product }) })}</p>
            <p className="text-sm text-soft">
              {format.day(payment.at)} · {t(`payments.status.${payment.status}`, { sum: format.money(payment.refunded) })}
            </p>
          </div>
          <div className="flex flex-wrap gap-x-5 gap-y-1">
            {payment.status === "failed" ? null : (
              <Link href={`/receipts/${payment.id}`} className={LINK} aria-label={t("payments.receiptOf", { day: format.day(payment.at) })}>
                {t("payments.receipt")}
              </Link>
            )}
            {payment.refunds
              .filter((refund) => !refund.came_back)
              .map((refund) => (
                <Link key={refund.id} href={`/credit-notes/${refund.id}`} className={LINK} aria-label={t("payments.creditNoteOf", { day: format.day(refund.at) })}>
                  {t("payments.creditNote")}
                </Link>
              ))}
          </div>
        </li>
      ))}
    </ul>
  );
}

import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { dueNow, type Intent } from "./intents";

/** What is paid now, in total; when again and how much; and how one gets out of it. Before anything is entered. */
export function Terms({ intent }: { intent: Intent }) {
  const { t } = useTranslation();
  const format = useFormat();
  const rows: [string, string][] = [[t("terms.now"), t("terms.total", { sum: format.money(dueNow(intent)) })]];
  if (intent.kind === "subscribe") {
    rows.push([t("terms.later"), t("terms.monthly", { price: format.money(intent.price) })]);
  } else if (intent.kind === "change") {
    const { acts_at, renews_at, renewal, quoted_at } = intent.quote;
    const atOnce = acts_at === quoted_at;
    rows.push([t("terms.from"), atOnce ? t("terms.atOnce") : format.day(acts_at)]);
    rows.push([t("terms.later"), t("terms.renewal", { day: format.day(renews_at), price: format.money(renewal) })]);
  } else {
    rows.push([t("terms.later"), t("terms.never")]);
  }
  return (
    <div className="grid gap-4">
      <dl className="grid gap-x-6 sm:grid-cols-[auto_1fr]">
        {rows.map(([label, value]) => (
          <div key={label} className="grid border-b border-line py-2.5 first:pt-0 sm:col-span-2 sm:grid-cols-subgrid">
            <dt className="text-soft">{label}</dt>
            <dd className="font-semibold">{value}</dd>
          </div>
        ))}
      </dl>
      {intent.kind === "buy" ? null : <p className="text-sm text-soft">{t(intent.kind === "change" ? "terms.cancel" : "terms.cancelOrWithdraw")}</p>}
    </div>
  );
}

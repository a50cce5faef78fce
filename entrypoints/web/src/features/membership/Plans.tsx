import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { BrowserLink } from "../../design/Button";
import { useFormat } from "../../i18n/format";
import type { Contract, Plan, Tier } from "./membership";

interface PlansProps {
  plans: readonly Plan[];
  contract: Contract | null;
  held: Tier;
}

/** Every plan beside the others, by price and in the same words and looks; the only difference is what they are. */
export function Plans({ plans, contract, held }: PlansProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const mine = contract?.tier ?? held;
  return (
    <ul className="grid gap-4 lg:grid-cols-3">
      {plans.map((plan) => {
        const name = t(`tier.${plan.tier}`);
        const free = plan.price.amount_minor === 0;
        return (
          <li key={plan.tier} className="grid grid-rows-[auto_auto_1fr_auto] gap-4 rounded-lg border border-line bg-surface p-5 shadow-rest sm:p-6">
            <div className="grid gap-1">
              <h2 className="text-xl">{name}</h2>
              <p>
                <span className="block font-display text-2xl">{format.money(plan.price)}</span>
                <span className="text-soft">{t("membership.aMonth")}</span>
              </p>
            </div>
            <p className="text-sm text-soft">{free ? t("membership.termsFree") : t("membership.terms", { price: format.money(plan.price) })}</p>
            <ul className="grid content-start gap-2">
              {entitled(plan, t).map((line) => (
                <li key={line} className="flex gap-2.5">
                  <span aria-hidden="true" className="text-sea">
                    ✓
                  </span>
                  {line}
                </li>
              ))}
            </ul>
            <Choice plan={plan} name={name} mine={mine} contract={contract} />
          </li>
        );
      })}
    </ul>
  );
}

function Choice({ plan, name, mine, contract }: { plan: Plan; name: string; mine: Tier; contract: Contract | null }) {
  const { t } = useTranslation();
  if (plan.tier === mine) return <p className="flex min-h-12 items-center font-semibold text-sea">{t("membership.yours")}</p>;
  if (plan.tier === "free") {
    return <p className="flex min-h-12 items-center text-sm text-soft">{t(contract?.renews ? "membership.freeByCancelling" : "membership.freeAfterwards")}</p>;
  }
  if (contract && (!contract.renews || contract.past_due)) {
    return <p className="flex min-h-12 items-center text-sm text-soft">{t(contract.past_due ? "membership.payFirst" : "membership.resumeFirst")}</p>;
  }
  return (
    <BrowserLink look="quiet" href={`/checkout/${contract ? "change" : "subscribe"}/${plan.tier}`}>
      {t(contract ? "membership.changeTo" : "membership.choose", { plan: name })}
    </BrowserLink>
  );
}

/** What a plan entitles to, in a line each. */
function entitled({ entitlements: may }: Plan, t: TFunction): string[] {
  return [
    may.daily_matches === null ? t("entitled.matchesUnlimited") : t("entitled.matches", { count: may.daily_matches }),
    t("entitled.messages"),
    t("entitled.safety"),
    may.ai_messages_a_day === null ? t("entitled.practiceUnlimited") : t("entitled.practice", { count: may.ai_messages_a_day }),
    ...(may.see_who_liked ? [t("entitled.likes")] : []),
    ...(may.advanced_filters ? [t("entitled.filters")] : []),
    ...(may.coaching_insights ? [t("entitled.coaching")] : []),
    ...(may.weekly_report ? [t("entitled.report")] : []),
  ];
}

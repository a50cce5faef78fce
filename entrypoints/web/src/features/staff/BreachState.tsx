import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useFormat } from "../../i18n/format";

/** Where a breach stands, and how severe it is once somebody assessed it. */
export function BreachState({ breach }: { breach: Schemas["BreachView"] }) {
  const { t } = useTranslation();
  const said = [t(`breach.states.${breach.state}`), breach.level === null ? t("breach.notAssessed") : t(`breach.levels.${breach.level}`)];
  return (
    <ul className="flex flex-wrap gap-2 text-sm font-semibold">
      {said.map((each) => (
        <li key={each} className="rounded-full bg-sunken px-3 py-1">
          {each}
        </li>
      ))}
    </ul>
  );
}

/** When the authority has to be told at the latest, or was told: an instant, which does not run down before one's eyes. */
export function WhenDue({ breach }: { breach: Schemas["BreachView"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (breach.authority_notified_at !== null) return <p>{t("breach.told", { when: format.moment(breach.authority_notified_at) })}</p>;
  if (breach.state === "dismissed" || !breach.authority_to_be_told) return <p className="text-soft">{t("breach.notToBeTold")}</p>;
  if (breach.due_at === null) return <p className="text-soft">{t("breach.notYetDue")}</p>;
  return <p className="font-semibold">{t("breach.due", { when: format.moment(breach.due_at) })}</p>;
}

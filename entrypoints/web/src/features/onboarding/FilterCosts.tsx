import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Notice } from "../../design/Notice";
import { useFormat } from "../../i18n/format";

type Costs = Schemas["FilterCosts"] | undefined;

/** What one filter hides, beside it. Nothing is said while too few people are there to tell of. */
export function FilterCost({ costs, filter }: { costs: Costs; filter: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const cost = costs?.filters.find((each) => each.filter === filter);
  if (!costs?.people || !cost) return null;
  return (
    <p className="text-sm text-soft">
      {cost.hides === null
        ? t("filters.hidesFew")
        : t("filters.hides", { hides: format.number(cost.hides), people: format.number(costs.people) })}
    </p>
  );
}

/** Whom all the wishes together leave: said again whenever it changes, and drawn as a part of the whole. */
export function PeopleLeft({ costs }: { costs: Costs }) {
  const { t } = useTranslation();
  const format = useFormat();
  const people = costs?.people ?? null;
  const given = people === null ? null : { people: format.number(people), left: format.number(costs?.left ?? 0) };
  return (
    <Notice title={t("filters.title")}>
      <p role="status">
        {costs === undefined ? t("filters.counting") : null}
        {costs !== undefined && given === null ? t("filters.few") : null}
        {given ? t(costs?.left == null ? "filters.leftFew" : "filters.left", given) : null}
      </p>
      {people ? (
        <span aria-hidden="true" className="block h-2 overflow-hidden rounded-full bg-line">
          <span className="block h-full rounded-full bg-sea transition-[width] duration-300 ease-calm" style={{ width: `${((costs?.left ?? 0) / people) * 100}%` }} />
        </span>
      ) : null}
      {costs?.and_more && given ? <p className="text-sm">{t("filters.newest", given)}</p> : null}
      <p className="text-sm text-soft">{t("filters.words")}</p>
    </Notice>
  );
}

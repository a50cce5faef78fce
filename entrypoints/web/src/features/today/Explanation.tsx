import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";

type Explanation = Schemas["Explanation"];
type Factor = Schemas["FactorExplanation"];

/** How far a band fills the meter. Bands are what the API tells; there is no finer figure to be had, on purpose. */
const FILLED: Record<Factor["band"], number> = { differs: 1, some: 2, good: 3, strong: 4, unknown: 0 };
const PARTS = 4;

/** The four factors at a glance: each a band, said in words and drawn beside them. */
export function Bands({ explanation }: { explanation: Explanation }) {
  const { t } = useTranslation();
  return (
    <dl className="grid gap-x-6 gap-y-3.5 sm:grid-cols-2">
      {explanation.factors.map((factor) => (
        <div key={factor.factor} className="grid content-start gap-1.5">
          <dt className="text-sm font-semibold">{t(`factor.${factor.factor}`)}</dt>
          <dd className="grid gap-1">
            <Meter filled={FILLED[factor.band]} />
            <span className="text-sm text-soft">{t(`band.${factor.band}`)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Meter({ filled }: { filled: number }) {
  return (
    <span aria-hidden="true" className="grid grid-cols-4 gap-1">
      {Array.from({ length: PARTS }, (_, part) => (
        <span
          key={part}
          className={`h-2 rounded-full ${part < filled ? "bg-sea" : filled === 0 ? "border border-dashed border-edge" : "bg-line"}`}
        />
      ))}
    </span>
  );
}

/** The sentences behind the bands, and how sure each is. */
export function Reasons({ explanation }: { explanation: Explanation }) {
  const { t } = useTranslation();
  return (
    <div className="grid gap-4">
      {explanation.factors.map((factor) => (
        <section key={factor.factor} className="grid gap-1 border-l-2 border-line pl-4">
          <h3 className="font-body text-sm font-semibold tracking-normal">{t(`factor.${factor.factor}`)}</h3>
          {factor.sentences.map((sentence) => (
            <p key={sentence} className="text-sm">
              {sentence}
            </p>
          ))}
          {factor.confidence === "high" ? null : <p className="text-xs text-soft">{t(`confidence.of.${factor.confidence}`)}</p>}
        </section>
      ))}
      <p className="text-sm text-soft">{t(`confidence.${explanation.confidence}`)}</p>
    </div>
  );
}

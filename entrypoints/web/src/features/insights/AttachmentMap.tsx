import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";

const MIN = 1;
const MAX = 7;
const MIDDLE = 4;
/** Two disjoint halves of the questionnaire agree to about this many points; answers given in haste to fewer. */
const UNCERTAINTY = 0.75;
const UNCERTAINTY_IF_LOW_QUALITY = 1.25;
const SIZE = 320;
const MARGIN = 34;

export interface Position {
  anxiety: number;
  avoidance: number;
}

interface AttachmentMapProps {
  now: Position;
  before: readonly Position[];
  lowQuality: boolean;
}

const along = (score: number) => MARGIN + ((score - MIN) / (MAX - MIN)) * (SIZE - 2 * MARGIN);
const up = (score: number) => SIZE - along(score);

/**
 * Two dimensions without borders or names of types: where the answers lie today, as a region as wide as the
 * measurement is unsure, and where they lay before. The figures stand beside it in words.
 */
export function AttachmentMap({ now, before, lowQuality }: AttachmentMapProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const id = useId();
  const unit = (SIZE - 2 * MARGIN) / (MAX - MIN);
  const radius = (lowQuality ? UNCERTAINTY_IF_LOW_QUALITY : UNCERTAINTY) * unit;
  const figures = { anxiety: format.number(now.anxiety, 1), avoidance: format.number(now.avoidance, 1) };
  return (
    <figure className="grid gap-3">
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-labelledby={`${id}-title`} className="w-full max-w-md text-ink">
        <title id={`${id}-title`}>{t("map.title", figures)}</title>
        <defs>
          <clipPath id={`${id}-field`}>
            <rect x={MARGIN} y={MARGIN} width={SIZE - 2 * MARGIN} height={SIZE - 2 * MARGIN} rx="14" />
          </clipPath>
          <radialGradient id={`${id}-region`}>
            <stop offset="0" stopColor="var(--sea)" stopOpacity="0.55" />
            <stop offset="0.7" stopColor="var(--sea)" stopOpacity="0.28" />
            <stop offset="1" stopColor="var(--sea)" stopOpacity="0.1" />
          </radialGradient>
        </defs>
        <rect x={MARGIN} y={MARGIN} width={SIZE - 2 * MARGIN} height={SIZE - 2 * MARGIN} rx="14" fill="var(--sunken)" />
        <g stroke="var(--line)" strokeDasharray="3 5">
          <line x1={along(MIDDLE)} x2={along(MIDDLE)} y1={MARGIN} y2={SIZE - MARGIN} />
          <line y1={up(MIDDLE)} y2={up(MIDDLE)} x1={MARGIN} x2={SIZE - MARGIN} />
        </g>
        <g clipPath={`url(#${id}-field)`}>
          {before.map((position, index) => (
            <circle key={index} cx={along(position.anxiety)} cy={up(position.avoidance)} r="5" fill="none" stroke="var(--edge)" strokeWidth="1.5" />
          ))}
          <circle cx={along(now.anxiety)} cy={up(now.avoidance)} r={radius} fill={`url(#${id}-region)`} stroke="var(--sea)" strokeWidth="1.25" />
          <circle cx={along(now.anxiety)} cy={up(now.avoidance)} r="4.5" fill="var(--sea)" />
        </g>
        <g fill="var(--soft)" fontSize="11" fontFamily="var(--font-body)">
          <text x={MARGIN} y={SIZE - 12}>
            {t("map.anxietyLow")}
          </text>
          <text x={SIZE - MARGIN} y={SIZE - 12} textAnchor="end">
            {t("map.anxietyHigh")}
          </text>
          <text transform={`translate(18 ${SIZE - MARGIN}) rotate(-90)`}>{t("map.avoidanceLow")}</text>
          <text transform={`translate(18 ${MARGIN}) rotate(-90)`} textAnchor="end">
            {t("map.avoidanceHigh")}
          </text>
        </g>
      </svg>
      <figcaption className="max-w-prose text-sm text-soft">{t(lowQuality ? "map.captionLow" : "map.caption")}</figcaption>
    </figure>
  );
}

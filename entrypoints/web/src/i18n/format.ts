import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";

/** Where a language is read whose region the browser does not say: English by itself would write American dates. */
const REGIONS: Record<string, string> = { en: "en-GB", de: "de-DE" };

/** Dates, times and numbers as the member's language and region write them, in the time zone of the device. */
export function useFormat() {
  const { i18n } = useTranslation();
  const language = navigator.languages.find((tag) => tag.startsWith(`${i18n.language}-`)) ?? REGIONS[i18n.language];
  return {
    day: (at: string) => new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(new Date(at)),
    moment: (at: string) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at)),
    morning: (at: string) => new Intl.DateTimeFormat(language, { weekday: "long", hour: "numeric", minute: "2-digit" }).format(new Date(at)),
    number: (value: number, digits = 0) =>
      new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value),
    money: (sum: Schemas["Money"]) => {
      const written = new Intl.NumberFormat(language, { style: "currency", currency: sum.currency });
      return written.format(sum.amount_minor / 10 ** (written.resolvedOptions().maximumFractionDigits ?? 0));
    },
    list: (words: readonly string[]) => new Intl.ListFormat(language, { type: "conjunction" }).format(words),
  };
}

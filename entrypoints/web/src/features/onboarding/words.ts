import { useTranslation } from "react-i18next";
import i18n from "../../i18n";
import type { Option } from "../../design/Choices";
import { useCatalogue } from "./profile";

/** The product's words in the member's language, or as the API has them where we have no translation. */
export function useWords() {
  const { t } = useTranslation();
  const { data } = useCatalogue();
  const word = (kind: string, key: string, fallback: string) => {
    const name = `words.${kind}.${key}`;
    return i18n.exists(name) ? t(name) : fallback;
  };
  const entries = (vocabulary: string) => data?.vocabularies[vocabulary] ?? [];
  // Lists are made where they are asked for: most readers of a person want a few single words.
  return {
    ready: data !== undefined,
    options: (vocabulary: string): Option[] =>
      entries(vocabulary).map(({ key, label }) => ({ key, label: word(vocabulary, key, label) })),
    label: (vocabulary: string, key: string | null | undefined) => {
      if (!key || !data) return null;
      const entry = entries(vocabulary).find((each) => each.key === key);
      return entry ? word(vocabulary, key, entry.label) : key;
    },
    get interestGroups() {
      return (data?.interests ?? []).map(({ group, interests }) => ({
        group: word("group", group.toLowerCase().replaceAll(" ", "_"), group),
        interests: interests.map(({ key, label }) => ({ key, label: word("interest", key, label) })),
      }));
    },
    interest: (key: string) =>
      word("interest", key, data?.interests.flatMap((each) => each.interests).find((each) => each.key === key)?.label ?? key),
    get values() {
      return (data?.values ?? []).map(({ key, label, description }) => ({
        key,
        label: word("value", key, label),
        description: word("value_description", key, description),
      }));
    },
    get prompts() {
      return (data?.prompts ?? []).map(({ key, label }) => ({ key, label: word("prompt", key, label) }));
    },
    get languages() {
      // The platform knows how every language is called in every other.
      const names = new Intl.DisplayNames(i18n.language, { type: "language" });
      return (data?.languages ?? [])
        .map(({ key, label }) => ({ key, label: names.of(key) ?? label }))
        .sort((one, other) => one.label.localeCompare(other.label, i18n.language));
    },
  };
}

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
  const options = (vocabulary: string): Option[] =>
    (data?.vocabularies[vocabulary] ?? []).map(({ key, label }) => ({ key, label: word(vocabulary, key, label) }));
  return {
    ready: data !== undefined,
    options,
    label: (vocabulary: string, key: string | null | undefined) =>
      key ? (options(vocabulary).find((option) => option.key === key)?.label ?? key) : null,
    interestGroups: (data?.interests ?? []).map(({ group, interests }) => ({
      group: word("group", group.toLowerCase().replaceAll(" ", "_"), group),
      interests: interests.map(({ key, label }) => ({ key, label: word("interest", key, label) })),
    })),
    interest: (key: string) =>
      word("interest", key, data?.interests.flatMap((each) => each.interests).find((each) => each.key === key)?.label ?? key),
    values: (data?.values ?? []).map(({ key, label, description }) => ({
      key,
      label: word("value", key, label),
      description: word("value_description", key, description),
    })),
    prompts: (data?.prompts ?? []).map(({ key, label }) => ({ key, label: word("prompt", key, label) })),
    languages: (data?.languages ?? [])
      .map(({ key, label }) => ({ key, label: languageName(key, i18n.language) ?? label }))
      .sort((one, other) => one.label.localeCompare(other.label, i18n.language)),
  };
}

/** The platform knows how every language is called in every other. */
function languageName(key: string, language: string): string | undefined {
  return new Intl.DisplayNames(language, { type: "language" }).of(key);
}

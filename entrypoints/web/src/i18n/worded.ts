import { useTranslation } from "react-i18next";

/** What tells an answer apart that has words in it: its language too. Until it is there in the one that was just chosen,
the page goes on with the same in the one before, so that nothing begun on it is lost. */
export function useWorded(...about: readonly unknown[]) {
  const { language } = useTranslation().i18n;
  return {
    queryKey: [...about, language],
    placeholderData: <T>(before: T | undefined, query: { queryKey: readonly unknown[] } | undefined): T | undefined =>
      JSON.stringify(query?.queryKey.slice(0, -1)) === JSON.stringify(about) ? before : undefined,
  };
}

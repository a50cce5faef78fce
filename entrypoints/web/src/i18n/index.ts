import i18n from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;
const KEPT = "saltbitter.language";

/** The language chosen here before, or the first of the browser's that we speak. */
function preferred(): Language {
  const wishes = [localStorage.getItem(KEPT), ...navigator.languages.map((tag) => tag.split("-")[0])];
  return wishes.find((wish): wish is Language => wish === "en" || wish === "de") ?? "en";
}

/** The words of each language are fetched when it is wanted: a reader waits for no other's. */
const WORDS = { en: () => import("./en"), de: () => import("./de") } satisfies Record<Language, () => Promise<unknown>>;

export async function start(language: Language = preferred()): Promise<void> {
  const words = await WORDS[language]();
  await i18n.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: words.default } },
    interpolation: { escapeValue: false },
    initAsync: false,
    showSupportNotice: false,
  });
  document.documentElement.lang = language;
}

async function speak(language: Language): Promise<void> {
  i18n.addResourceBundle(language, "translation", (await WORDS[language]()).default);
  // What the pages ask the server for as soon as they speak it, they ask for in it.
  document.documentElement.lang = language;
  await i18n.changeLanguage(language);
}

export async function choose(language: Language): Promise<void> {
  localStorage.setItem(KEPT, language);
  await speak(language);
}

export default i18n;

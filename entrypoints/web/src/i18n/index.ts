import i18n from "i18next";
import { initReactI18next } from "react-i18next";
import en from "./en";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;
const KEPT = "saltbitter.language";

/** The language chosen here before, or the first of the browser's that we speak. */
function preferred(): Language {
  const wishes = [localStorage.getItem(KEPT), ...navigator.languages.map((tag) => tag.split("-")[0])];
  return wishes.find((wish): wish is Language => wish === "en" || wish === "de") ?? "en";
}

/** English is there from the start; another language is fetched when it is wanted. */
async function fetched(language: Language) {
  return language === "en" ? en : (await import("./de")).default;
}

export async function start(language: Language = preferred()): Promise<void> {
  const words = await fetched(language);
  await i18n.use(initReactI18next).init({
    lng: language,
    fallbackLng: "en",
    resources: { en: { translation: en }, [language]: { translation: words } },
    interpolation: { escapeValue: false },
    initAsync: false,
    showSupportNotice: false,
  });
  document.documentElement.lang = language;
}

async function speak(language: Language): Promise<void> {
  i18n.addResourceBundle(language, "translation", await fetched(language));
  // First, since pages that change ask the API anew, which answers in the language of the document.
  document.documentElement.lang = language;
  await i18n.changeLanguage(language);
}

export async function choose(language: Language): Promise<void> {
  localStorage.setItem(KEPT, language);
  await speak(language);
}

export default i18n;

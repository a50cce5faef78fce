import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";

/** The words of every consent in the language of the page. Each says its version and language, which go with a yes to it. */
export function useConsentTexts() {
  const { i18n } = useTranslation();
  return useQuery({ queryKey: ["consent-texts", i18n.language], queryFn: () => answer(api.GET("/api/consents/texts")) });
}

import { useQuery } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import { useWorded } from "../../i18n/worded";

/** The words of every consent in the language of the page. Each says its version and language, which go with a yes to it. */
export function useConsentTexts() {
  return useQuery({ ...useWorded("consent-texts"), queryFn: () => answer(api.GET("/api/consents/texts")) });
}

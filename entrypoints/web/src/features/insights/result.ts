import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { isProblem } from "../../api/problem";

export type Result = Schemas["ResultView"];

/** The latest result; null for whoever has none. */
export function useLatestResult() {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: ["result", i18n.language],
    queryFn: async (): Promise<Result | null> => {
      try {
        return await answer(api.GET("/api/me/assessments/latest"));
      } catch (error) {
        if (isProblem(error, "assessment_missing")) return null;
        throw error;
      }
    },
  });
}

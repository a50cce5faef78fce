import { useQuery } from "@tanstack/react-query";
import { answer, api, type Schemas } from "../../api/client";
import { isProblem } from "../../api/problem";
import { useWorded } from "../../i18n/worded";

export type Result = Schemas["ResultView"];

/** The latest result; null for whoever has none. */
export function useLatestResult() {
  return useQuery({
    ...useWorded("result"),
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

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, newKey, type Schemas } from "../../api/client";

type Decision = { user_id: string; kind: Schemas["DecisionKind"]; note?: string };

/** What a decision changes is read anew: the day, the person, and, if it was mutual, the matches. */
function useRefresh() {
  const queries = useQueryClient();
  return () =>
    Promise.all(["today", "person", "matches", "likes"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
}

export function useDecide() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ user_id, kind, note }: Decision) =>
      answer(
        api.POST("/api/me/decisions", {
          body: { user_id, kind, ...(note ? { note } : {}) },
          params: { header: { "Idempotency-Key": newKey() } },
        }),
      ),
    onSettled: refresh,
  });
}

export function useUndo() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (user_id: string) => answer(api.POST("/api/me/decisions/undo", { body: { user_id } })),
    onSettled: refresh,
  });
}

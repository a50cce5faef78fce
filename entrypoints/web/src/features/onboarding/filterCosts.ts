import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { answer, api } from "../../api/client";
import type { Preferences } from "./profile";

const SETTLED_AFTER_MS = 400;

/** What these wishes would cost, asked once they have settled. Null asks nothing, such as for an impossible range. */
export function useFilterCosts(preferences: Preferences | null) {
  const settled = useSettled(preferences === null ? null : JSON.stringify(preferences));
  return useQuery({
    queryKey: ["filter-costs", settled],
    queryFn: () => answer(api.POST("/api/me/filter-costs", { body: { preferences: JSON.parse(settled ?? "") as Preferences } })),
    enabled: settled !== null,
    placeholderData: keepPreviousData,
  });
}

function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

import { answer, api } from "./client";

/** What members choose from, and the words for it. */
export const CATALOGUE = { queryKey: ["catalogue"], queryFn: () => answer(api.GET("/api/catalogue")) };

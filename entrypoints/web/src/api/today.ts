import { answer, api } from "./client";

/** The people of the day, on the page of them that is asked for, or on that where the member was last. */
export const peopleOfToday = (page: number | null) =>
  answer(api.GET("/api/me/daily-matches", { params: { query: page === null ? {} : { page } } }));

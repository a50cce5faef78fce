import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import en from "../../i18n/en";
import { answers, sample } from "../../sampling";
import Today from "./Today";

const DAY = { ...(sample({ $ref: "DailyView" }) as object), missing: [], suggestions: [], may_ask_for_more: true };

afterEach(() => vi.unstubAllGlobals());

test("more people are asked for by the same key until an answer comes, so that no page is passed over", async () => {
  const keys: (string | null)[] = [];
  const given = answers({ "/api/me/daily-matches": DAY, "/api/me/daily-matches/next-page": DAY });
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", (request: Request) => {
    if (request.method === "POST" && keys.push(request.headers.get("Idempotency-Key")) === 1) return Promise.reject(new TypeError("no network"));
    return given(request);
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Today />
    </QueryClientProvider>,
  );
  const more = await screen.findByRole("button", { name: en.today.more });
  await userEvent.click(more);
  await screen.findByText(en.problem.offline);
  for (const times of [2, 3]) {
    await userEvent.click(screen.getByRole("button", { name: en.today.more }));
    await waitFor(() => expect(keys.length).toBe(times));
    await waitFor(() => expect(screen.getByRole("button", { name: en.today.more }).getAttribute("aria-busy")).toBe("false"));
  }
  const [first, second, third] = keys;
  expect(second).toBe(first);
  expect(third).not.toBe(second);
});

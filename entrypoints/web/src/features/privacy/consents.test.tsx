import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { choose } from "../../i18n";
import en from "../../i18n/en";
import { ConsentHistory } from "./ConsentHistory";
import { Consents } from "./Consents";

const WORDS: Record<string, string> = { en: "I agree that this is counted.", de: "Ich bin einverstanden, dass das gezählt wird." };
const decisions: unknown[] = [];

beforeEach(() => {
  decisions.length = 0;
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "PUT") {
      decisions.push(await request.json());
      return Response.json({});
    }
    const language = request.headers.get("Accept-Language") ?? "";
    const text = { purpose: "analytics", version: "1", title: "Counting", text: WORDS[language], language };
    return Response.json(new URL(request.url).pathname === "/api/consents/texts" ? { items: [text] } : { analytics: null });
  });
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await choose("en");
});

test("a consent is read in the language of the page, also after it is changed, and a yes says in which", async () => {
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <Consents />
    </QueryClientProvider>,
  );
  expect((await screen.findByText("I agree that this is counted.")).lang).toBe("en");

  await act(() => choose("de"));
  expect((await screen.findByText("Ich bin einverstanden, dass das gezählt wird.")).lang).toBe("de");
  expect(screen.queryByText("I agree that this is counted.")).toBeNull();

  await userEvent.click(screen.getByRole("switch"));
  await waitFor(() => expect(decisions).toEqual([{ granted: true, text_version: "1", language: "de" }]));
});

test("while the decisions are on their way, that is said", async () => {
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ConsentHistory />
    </QueryClientProvider>,
  );
  await userEvent.click(screen.getByRole("button", { name: en.consents.history }));
  expect(screen.getByRole("status").textContent).toBe(en.state.loading);
});

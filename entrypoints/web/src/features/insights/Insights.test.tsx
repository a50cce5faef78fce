import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import Insights from "./Insights";

const PURPOSE = "psychological_profile";
const asked: string[] = [];
let kept: boolean;

function answered(method: string, path: string): Response {
  if (path === "/api/consents/texts") {
    return Response.json({ items: [{ purpose: PURPOSE, version: "1", title: "Your answers about closeness", text: "I agree." }] });
  }
  if (path === "/api/me/consents") {
    return Response.json({ [PURPOSE]: { granted: false, text_version: "1", at: "2026-11-10T08:00:00Z", outdated: false } });
  }
  if (method === "DELETE") {
    kept = false;
    return Response.json({ deleted: 1 });
  }
  const [status, code] = kept ? [403, "assessment_consent_needed"] : [404, "assessment_missing"];
  return Response.json({ type: "about:blank", title: "No", status, detail: "No.", code, errors: [] }, { status });
}

beforeEach(() => {
  asked.length = 0;
  kept = true;
  vi.stubGlobal("scrollTo", vi.fn());
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname}`);
    return Promise.resolve(answered(request.method, pathname));
  });
});
afterEach(() => vi.unstubAllGlobals());

test("whoever took their consent back may give it again or delete what is kept, and is told nothing of it", async () => {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const { container } = render(
    <QueryClientProvider client={queries}>
      <Insights />
    </QueryClientProvider>,
  );

  expect(await screen.findByText(/You took back/)).toBeTruthy();
  expect((await screen.findByRole("switch")).getAttribute("aria-checked")).toBe("false");
  expect(screen.queryByRole("alert")).toBeNull();
  expect(asked).not.toContain("GET /api/me/assessments");
  expect((await axe.run(container, { rules: { region: { enabled: false }, "color-contrast": { enabled: false } } })).violations).toEqual([]);

  await userEvent.click(screen.getByRole("button", { name: "Delete my answers and results" }));
  await userEvent.click(screen.getByRole("button", { name: "Delete them" }));

  expect(await screen.findByText(/You have not answered/)).toBeTruthy();
  expect(screen.queryByText(/You took back/)).toBeNull();
});

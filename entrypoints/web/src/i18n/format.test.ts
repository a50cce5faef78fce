import { renderHook } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { choose, type Language } from ".";
import { useFormat } from "./format";

afterEach(() => choose("en"));

test.each<[Language, string[], string]>([
  ["en", ["fr-FR", "fr"], "27 November 2026"],
  ["en", ["en"], "27 November 2026"],
  ["en", ["de-AT", "en-US", "en"], "November 27, 2026"],
  ["en", ["en-GB"], "27 November 2026"],
  ["de", ["en-US"], "27. November 2026"],
])("in %s, days are written for a browser of %j as %s", async (language, languages, written) => {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(languages);
  await choose(language);
  expect(renderHook(useFormat).result.current.day("2026-11-27T12:00:00Z")).toBe(written);
});

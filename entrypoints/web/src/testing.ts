import { cleanup } from "@testing-library/react";
import { afterEach, beforeAll } from "vitest";
import { start } from "./i18n";

beforeAll(() => start("en"));
afterEach(() => {
  cleanup();
  localStorage.clear();
});

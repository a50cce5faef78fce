import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeAll } from "vitest";
import { start } from "./i18n";

// A busy machine is slow, not wrong: what is waited for comes, or the test's own half a minute ends.
configure({ asyncUtilTimeout: 25_000 });
beforeAll(() => start("en"));
afterEach(() => {
  cleanup();
  localStorage.clear();
});

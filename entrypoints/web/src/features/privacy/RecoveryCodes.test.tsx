import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import en from "../../i18n/en";
import { RecoveryCodes } from "./RecoveryCodes";

beforeEach(() => vi.stubGlobal("scrollTo", () => undefined));
afterEach(() => vi.unstubAllGlobals());

test.each([
  ["refused", () => Promise.reject(new DOMException("", "NotAllowedError")), en.recoveryCodes.notCopied],
  ["allowed", () => Promise.resolve(), en.recoveryCodes.copied],
])("copying recovery codes says what came of it: %s", async (_, writeText, words) => {
  const user = userEvent.setup();
  vi.spyOn(navigator.clipboard, "writeText").mockImplementation(writeText);
  render(<RecoveryCodes codes={["one", "two"]} onKept={() => undefined} />);
  await user.click(screen.getByRole("button", { name: en.recoveryCodes.copy }));
  expect(await screen.findByText(words)).toBeTruthy();
});

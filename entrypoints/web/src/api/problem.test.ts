import { expect, test } from "vitest";
import { askingAgain, ProblemError } from "./problem";

const refused = (status: number, retryAfter: number | null = null) => new ProblemError({ code: "some", detail: "No.", status }, retryAfter);
const offline = new ProblemError({ code: "offline", detail: "No." });

test("what may pass is asked for again twice, and what was refused is not", () => {
  expect([offline, refused(503), refused(500), refused(422), new Error("ours")].map((error) => askingAgain.retry(1, error))).toEqual([true, true, true, false, false]);
  expect(askingAgain.retry(2, offline)).toBe(false);
  expect([0, 1].map((failures) => askingAgain.retryDelay(failures, offline))).toEqual([1000, 2000]);
});

test("nobody asks again before the server said, nor waits for long without a word", () => {
  expect([askingAgain.retry(0, refused(503, 5)), askingAgain.retryDelay(0, refused(503, 5))]).toEqual([true, 5000]);
  expect(askingAgain.retry(0, refused(503, 60))).toBe(false);
});

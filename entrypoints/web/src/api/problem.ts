import type { components } from "./schema";

export type FieldProblem = components["schemas"]["FieldProblem"];
type Problem = components["schemas"]["Problem"];

/** What the API refused, or why it could not be asked. `code` is stable; `offline` and `unreadable` are our own. */
export class ProblemError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fields: readonly FieldProblem[];
  readonly retryAfter: number | null;
  readonly requestId: string | null;

  constructor(problem: Partial<Problem> & { code: string; detail: string }, retryAfter: number | null = null) {
    super(problem.detail);
    this.name = "ProblemError";
    this.code = problem.code;
    this.status = problem.status ?? 0;
    this.fields = problem.fields ?? [];
    this.retryAfter = retryAfter;
    this.requestId = problem.request_id ?? null;
  }
}

/** The problem that a failed answer carries; also for answers of a proxy that are none of ours. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const waited = Number(response.headers.get("Retry-After"));
  const retryAfter = Number.isFinite(waited) && waited > 0 ? waited : null;
  if (response.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    return new ProblemError((await response.json()) as Problem, retryAfter);
  }
  return new ProblemError({ code: "unreadable", detail: response.statusText, status: response.status }, retryAfter);
}

export function isProblem(error: unknown, ...codes: string[]): error is ProblemError {
  return error instanceof ProblemError && (codes.length === 0 || codes.includes(error.code));
}

/** Whether the same may be asked for again without anything else being done: nobody refused it. */
export function mayPass(error: unknown): error is ProblemError {
  return isProblem(error, "offline") || (isProblem(error) && error.status >= 500);
}

const AGAIN = 2;
const LONGEST_WAIT_S = 5;

/** When what may pass by itself is asked for again: as soon as the server says, and no later than somebody waits for who
is told nothing meanwhile. */
export const askingAgain = {
  retry: (failures: number, error: unknown) => failures < AGAIN && mayPass(error) && (error.retryAfter ?? 0) <= LONGEST_WAIT_S,
  retryDelay: (failures: number, error: unknown) => 1000 * ((isProblem(error) && error.retryAfter) || 2 ** failures),
};

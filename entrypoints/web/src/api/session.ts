import { useSyncExternalStore } from "react";
import { problemOf, ProblemError } from "./problem";
import type { components } from "./schema";

/**
 * The session of this browser. The access token lives in this module's memory and nowhere else; the refresh token is in
 * a cookie that no script reads, which the server uses only for requests with `X-Session`.
 */
export type SessionState = "unknown" | "signed_out" | "signed_in";
export type SessionTokens = components["schemas"]["SessionTokens"];

export const BY_COOKIE = { "X-Session": "cookie" } as const;
const HINT = "saltbitter.session";
/** Answers to the questionnaire that were not handed in: they go with the session. */
export const DRAFT = "saltbitter.assessment";
const RENEW_BEFORE_MS = 30_000;
/** A renewal of which no answer came is asked for again while the server still answers it with the same successor: for
ten seconds. What comes later is to the server a stolen token, and ends the session. */
const ANSWERED_WITHIN_MS = 7_000;

/** Whoever has no hint of a session is a visitor from the first moment: nobody need be asked, and nothing shown twice. */
let state: SessionState = typeof localStorage !== "undefined" && localStorage.getItem(HINT) === null ? "signed_out" : "unknown";
let access: { token: string; renewAt: number } | null = null;
let over = false;
let renewing: Promise<string | null> | null = null;
/** Whose session it is, or was; and what they were writing when it ended, which waits in memory, and nowhere else, for them
to sign in again. */
let member: string | null = null;
const unsent = new Map<string, unknown>();
const listeners = new Set<() => void>();

function become(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

/** Another tab signed in or out: this one follows. */
if (typeof window !== "undefined") {
  window.addEventListener("storage", (event) => {
    if (event.key !== HINT) return;
    if (event.newValue === null) signedOut();
    else if (state === "signed_out") become("signed_in");
  });
  // A page that the browser laid aside and shows again was told of nothing meanwhile: whose it is may have changed.
  let left: string | null = null;
  window.addEventListener("pagehide", () => (left = localStorage.getItem(HINT)));
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted && localStorage.getItem(HINT) !== left) location.reload();
  });
}

export function signedIn(tokens: SessionTokens): void {
  const lifetime = Date.parse(tokens.access_expires_at) - issuedAt(tokens.access_token);
  access = { token: tokens.access_token, renewAt: Date.now() + lifetime - RENEW_BEFORE_MS };
  if (tokens.user_id !== member) unsent.clear();
  member = tokens.user_id;
  localStorage.setItem(HINT, tokens.session_id);
  over = false;
  become("signed_in");
}

export function signedOut(): void {
  leave(false);
}

function leave(ended: boolean): void {
  access = null;
  over = ended;
  if (!ended) unsent.clear();
  for (const key of [HINT, DRAFT]) localStorage.removeItem(key);
  become("signed_out");
}

/** Lifetimes are measured by the server's clock alone, so that a browser's wrong clock does not matter. */
function issuedAt(token: string): number {
  const claims = token.split(".")[1] ?? "";
  const { iat } = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))) as { iat: number };
  return iat * 1000;
}

/** A good access token, renewed if need be; null for whoever is signed out. */
export async function accessToken(): Promise<string | null> {
  if (access && Date.now() < access.renewAt) return access.token;
  if (localStorage.getItem(HINT) === null) return null;
  return renew();
}

/** Renew once, however many ask at the same time. Whoever comes with a token that has a successor by now is given that. */
export function renew(spent?: string): Promise<string | null> {
  if (access && spent !== undefined && access.token !== spent) return Promise.resolve(access.token);
  renewing ??= oneAtATime(askForTokens).finally(() => (renewing = null));
  return renewing;
}

/** Tabs take turns, since each refresh token is good once. */
async function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  return "locks" in navigator ? await navigator.locks.request("saltbitter.renew", work) : work();
}

async function askForTokens(): Promise<string | null> {
  const response = await askOnce().catch(askOnce).catch(() => {
    throw new ProblemError({ code: "offline", detail: "SaltBitter could not be reached." });
  });
  if (response.ok) {
    const tokens = (await response.json()) as SessionTokens;
    if (localStorage.getItem(HINT) === null) return null; // Signed out meanwhile: what was on its way brings nobody back.
    signedIn(tokens);
    return tokens.access_token;
  }
  if (response.status === 401 || response.status === 403) {
    leave(localStorage.getItem(HINT) !== null);
    return null;
  }
  throw await problemOf(response);
}

/** The browser sees it through when the page goes, so that the new cookie is there for the next. */
function askOnce(): Promise<Response> {
  return fetch("/api/auth/refresh", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...BY_COOKIE },
    body: "{}",
    keepalive: true,
    signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
  });
}

/** Find out whether this browser is signed in, where that is not known yet. A problem leaves the question open for another try. */
export async function resume(): Promise<void> {
  if (localStorage.getItem(HINT) === null) become("signed_out");
  else if (state === "unknown") await renew();
}

/** Whether a session of this browser ended without its member's doing, which they are told where they sign in again. */
export const wasEnded = () => over;

/** What the member was writing under this name when their session ended, as long as it is they who are signed in. */
export const leftOff = (name: string): unknown => (access ? unsent.get(name) : undefined);

/** Tell what was being written where a page goes: it is kept if it goes because the session ended, and not otherwise. */
export function leaveOff(name: string, written: unknown): void {
  if (over && written !== undefined) unsent.set(name, written);
  else unsent.delete(name);
}

/** Whether nobody is signed in here, as far as this browser knows. */
export const isVisitor = () => state === "signed_out";

export function useSession(): SessionState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

import { beforeEach, expect, test, vi } from "vitest";
import { answer, api } from "./client";
import { isProblem, ProblemError } from "./problem";
import { accessToken, DRAFT, leaveOff, leftOff, renew, resume, signedIn, signedOut, type SessionTokens } from "./session";

const MINUTE = 60_000;

function tokens(name: string, minutes = 15): SessionTokens {
  const now = Date.UTC(2026, 4, 4, 12);
  const claims = btoa(JSON.stringify({ iat: now / 1000, sub: name }));
  return {
    access_token: `head.${claims}.${name}`,
    access_expires_at: new Date(now + minutes * MINUTE).toISOString(),
    refresh_token: null,
    refresh_expires_at: new Date(now + 7 * 24 * 60 * MINUTE).toISOString(),
    session_id: "018f0000-0000-7000-8000-000000000001",
    user_id: "018f0000-0000-7000-8000-000000000002",
    device_token: null,
  };
}

const json = (status: number, body: unknown, type = "application/json") =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } });
const refusal = (status: number, code: string) =>
  json(status, { type: "about:blank", title: "", status, detail: "No.", code, request_id: "r", fields: [] }, "application/problem+json");

const asked = vi.fn<(request: Request) => Response>();

beforeEach(() => {
  signedOut();
  asked.mockReset();
  vi.stubGlobal("fetch", (input: RequestInfo, init?: RequestInit) =>
    Promise.resolve(input instanceof Request ? input : new Request(new URL(input, location.origin), init)).then(asked),
  );
});

test("neither token is anywhere a later script could find it", () => {
  signedIn(tokens("secret"));
  expect(JSON.stringify([localStorage, sessionStorage])).not.toContain("secret");
  expect(document.cookie).toBe("");
});

test("many requests at once renew the session once", async () => {
  signedIn(tokens("old", 0));
  asked.mockImplementation((request) => {
    expect(new URL(request.url).pathname).toBe("/api/auth/refresh");
    expect(request.headers.get("X-Session")).toBe("cookie");
    return json(200, tokens("new"));
  });
  const found = await Promise.all([accessToken(), accessToken(), renew()]);
  expect(found.every((token) => token?.endsWith("new"))).toBe(true);
  expect(asked).toHaveBeenCalledTimes(1);
});

test("an access token that ended early is renewed, and the request sent again whole", async () => {
  signedIn(tokens("ended"));
  const sent: string[] = [];
  asked.mockImplementation((request) => {
    if (request.url.endsWith("/api/auth/refresh")) return json(200, tokens("fresh"));
    sent.push(request.headers.get("Authorization") ?? "");
    return sent.length === 1 ? refusal(401, "access_token_refused") : json(200, { id: "1" });
  });
  await answer(api.PUT("/api/me/time-zone", { body: { time_zone: "Europe/Lisbon" } }));
  expect(sent.map((header) => header.split(".").at(-1))).toEqual(["ended", "fresh"]);
});

test("a session that is over signs out here and takes what was not handed in with it", async () => {
  signedIn(tokens("ended"));
  localStorage.setItem(DRAFT, "{}");
  asked.mockImplementation(() => refusal(401, "session_over"));
  await expect(answer(api.GET("/api/me"))).rejects.toSatisfy((error) => isProblem(error, "session_over"));
  expect(await accessToken()).toBeNull();
  expect(localStorage.length).toBe(0);
});

test("what was being written when a session ended is read by nobody until it is known who signed in", async () => {
  signedIn(tokens("ended"));
  asked.mockImplementation(() => refusal(401, "session_over"));
  await renew();
  leaveOff("review", "I wonder.");
  expect(leftOff("review")).toBeUndefined();
  dispatchEvent(new StorageEvent("storage", { key: "saltbitter.session", newValue: "of another tab" }));
  expect(leftOff("review")).toBeUndefined();
  signedIn(tokens("anew"));
  expect(leftOff("review")).toBe("I wonder.");
  signedIn({ ...tokens("other"), user_id: "018f0000-0000-7000-8000-000000000003" });
  expect(leftOff("review")).toBeUndefined();
});

test("whoever is signed out asks for no session", async () => {
  expect(await accessToken()).toBeNull();
  expect(asked).not.toHaveBeenCalled();
});

test("a network that is away is a problem like others, and ends no session", async () => {
  signedIn(tokens("kept", 0));
  asked.mockImplementation(() => {
    throw new TypeError("Failed to fetch");
  });
  await expect(accessToken()).rejects.toSatisfy((error) => isProblem(error, "offline"));
  expect(localStorage.length).toBe(1);
});

test("a renewal is seen through by the browser when the page goes", async () => {
  signedIn(tokens("old", 0));
  asked.mockImplementation((request) => {
    expect(request.keepalive).toBe(true);
    return json(200, tokens("new"));
  });
  expect(await accessToken()).toMatch(/new$/);
});

test("a renewal whose answer is lost is asked for again at once, while that is no replay", async () => {
  signedIn(tokens("old", 0));
  asked.mockImplementationOnce(() => {
    throw new TypeError("Failed to fetch");
  });
  asked.mockImplementation(() => json(200, tokens("new")));
  expect(await accessToken()).toMatch(/new$/);
  expect(asked).toHaveBeenCalledTimes(2);
});

test("a renewal that is not answered holds nobody up for ever, and is asked for again well within ten seconds", async () => {
  const timeouts: number[] = [];
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    timeouts.push(ms);
    return timeouts.length === 1 ? AbortSignal.abort() : new AbortController().signal;
  });
  vi.stubGlobal("fetch", (_: string, { signal }: { signal: AbortSignal }) =>
    signal.aborted ? Promise.reject(new DOMException("", "TimeoutError")) : Promise.resolve(json(200, tokens("new"))),
  );
  signedIn(tokens("old", 0));
  expect(await accessToken()).toMatch(/new$/);
  expect(Math.max(...timeouts)).toBeLessThan(10_000);
});

test("who signs out while the session is renewed stays signed out", async () => {
  signedIn(tokens("old", 0));
  asked.mockImplementation(() => {
    signedOut();
    return json(200, tokens("new"));
  });
  expect(await accessToken()).toBeNull();
  expect(localStorage.length).toBe(0);
});

test("of two requests that came with the same spent token the later is sent with its successor, and nothing renewed twice", async () => {
  signedIn(tokens("spent"));
  asked.mockImplementation(() => json(200, tokens("new")));
  await renew();
  expect(await renew(tokens("spent").access_token)).toMatch(/new$/);
  expect(asked).toHaveBeenCalledTimes(1);
});

test("tabs that renew at the same time take turns", async () => {
  const turns: string[] = [];
  vi.stubGlobal("navigator", { locks: { request: (name: string, work: () => Promise<unknown>) => (turns.push(name), work()) } });
  signedIn(tokens("old", 0));
  asked.mockImplementation(() => json(200, tokens("new")));
  await renew();
  expect(turns).toEqual(["saltbitter.renew"]);
  vi.unstubAllGlobals();
});

test("a network that comes back renews nothing where it is known who is there", async () => {
  signedIn(tokens("known"));
  await resume();
  expect(asked).not.toHaveBeenCalled();
});

test("a page that the browser laid aside begins anew where somebody else is signed in meanwhile, or nobody", () => {
  const reload = vi.fn();
  vi.stubGlobal("location", { origin: location.origin, reload });
  const away = (meanwhile: () => void) => {
    dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    meanwhile();
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    return reload.mock.calls.length;
  };
  signedIn(tokens("one"));
  expect(away(() => signedIn(tokens("one, renewed")))).toBe(0);
  expect(away(() => signedIn({ ...tokens("other"), session_id: "018f0000-0000-7000-8000-000000000009" }))).toBe(1);
  expect(away(signedOut)).toBe(2);
  vi.unstubAllGlobals();
});

test("a refusal keeps its code, its fields and how long to wait", async () => {
  asked.mockImplementation(() => {
    const response = refusal(429, "rate_limited");
    response.headers.set("Retry-After", "17");
    return response;
  });
  const error: unknown = await answer(api.GET("/api/plans")).catch((problem: unknown) => problem);
  expect(error).toBeInstanceOf(ProblemError);
  expect(error).toMatchObject({ code: "rate_limited", status: 429, retryAfter: 17 });
});

test("an answer that is none of ours is a problem too", async () => {
  asked.mockImplementation(() => new Response("<h1>Bad gateway</h1>", { status: 502, headers: { "Content-Type": "text/html" } }));
  await expect(answer(api.GET("/api/plans"))).rejects.toMatchObject({ code: "unreadable", status: 502 });
});

import createClient from "openapi-fetch";
import { problemOf, ProblemError } from "./problem";
import type { components, paths } from "./schema";
import { accessToken, BY_COOKIE, renew } from "./session";

export type Schemas = components["schemas"];

/** `fetch` as the member: with their access token, renewed once if it turns out to be over. */
async function asMember(request: Request): Promise<Response> {
  const again = request.clone();
  const token = await accessToken();
  const response = await send(request, token);
  if (response.status !== 401 || token === null) return response;
  const renewed = await renew(token);
  return renewed === null ? response : send(again, renewed);
}

/** Sent in the language of the page, in which texts of the server are then read. */
async function send(request: Request, token: string | null): Promise<Response> {
  if (document.documentElement.lang) request.headers.set("Accept-Language", document.documentElement.lang);
  if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch {
    throw new ProblemError({ code: "offline", detail: "SaltBitter could not be reached." });
  }
}

/** The API, typed from its own document. */
export const api = createClient<paths>({
  baseUrl: typeof location === "undefined" ? "http://localhost" : location.origin,
  fetch: asMember,
  headers: BY_COOKIE,
});

/** The data of an answer. Throws `ProblemError` for every refusal, so that nothing goes on without noticing. */
export async function answer<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await asked;
  if (response.ok) return data as T;
  if (isProblemBody(error)) {
    const waited = Number(response.headers.get("Retry-After"));
    throw new ProblemError(error, waited > 0 ? waited : null);
  }
  throw await problemOf(new Response(null, response));
}

function isProblemBody(body: unknown): body is Schemas["Problem"] {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body;
}

/** A new key for a request that must not take effect twice, however often it is sent. */
export function newKey(): string {
  return crypto.randomUUID();
}

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { signedIn, signedOut, type SessionTokens } from "../../api/session";
import { send } from "./upload";

const PHOTO = new File(["pixels"], "me.jpg", { type: "image/jpeg" });
const tokens = (name: string) =>
  ({ access_token: `${name}.${btoa('{"iat":0}')}.x`, access_expires_at: new Date(900_000).toISOString(), session_id: "s" }) as SessionTokens;

interface Sent {
  by: string | undefined;
  key: string | undefined;
  language: string | undefined;
  body: unknown;
}
const sent: Sent[] = [];
let statuses: number[];
let renewal: Response;

/** An XMLHttpRequest that is answered with the next status. */
class Answered {
  upload = {};
  status = 0;
  statusText = "";
  response: unknown = null;
  onload = () => {};
  headers: Record<string, string> = {};
  open() {}
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  getResponseHeader() {
    return null;
  }
  send(body: unknown) {
    sent.push({ by: this.headers["Authorization"]?.split(".")[0], key: this.headers["Idempotency-Key"], language: this.headers["Accept-Language"], body });
    this.status = statuses.shift() ?? 0;
    this.response = this.status === 201 ? { id: "photo" } : { code: "access_token_refused", detail: "No.", status: this.status };
    this.onload();
  }
}

beforeEach(() => {
  sent.length = 0;
  renewal = Response.json(tokens("fresh"));
  vi.stubGlobal("XMLHttpRequest", Answered);
  vi.stubGlobal("fetch", () => Promise.resolve(renewal));
  signedIn(tokens("ended"));
});
afterEach(() => {
  vi.unstubAllGlobals();
  document.documentElement.lang = "en";
  signedOut();
});

test("a photo that meets a session that ended early is sent again whole with the renewed one, under the same key and in the language of the page", async () => {
  document.documentElement.lang = "de";
  statuses = [401, 201];
  expect(await send(PHOTO, "key", () => undefined)).toEqual({ id: "photo" });
  expect(sent).toEqual([
    { by: "Bearer ended", key: "key", language: "de", body: PHOTO },
    { by: "Bearer fresh", key: "key", language: "de", body: PHOTO },
  ]);
});

test("a photo is sent again once, and not where nothing can be renewed or another thing is wrong", async () => {
  statuses = [401, 401, 201];
  await expect(send(PHOTO, "key", () => undefined)).rejects.toMatchObject({ status: 401 });
  expect(sent.length).toBe(2);
  statuses = [422, 201];
  await expect(send(PHOTO, "key", () => undefined)).rejects.toMatchObject({ status: 422 });
  expect(sent.length).toBe(3);
  renewal = new Response(null, { status: 401 });
  statuses = [401, 201];
  await expect(send(PHOTO, "key", () => undefined)).rejects.toMatchObject({ status: 401 });
  expect(sent.length).toBe(4);
});

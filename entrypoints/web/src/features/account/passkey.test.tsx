import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { signedOut } from "../../api/session";
import { choose } from "../../i18n";
import { Passkeys } from "../privacy/Passkeys";
import Login from "./Login";
import { SecondFactor } from "./SecondFactor";

const LAPTOP = { id: "1", name: "Laptop", created_at: "2026-11-02T12:00:00Z", last_used_at: null };
const KEYRING = { id: "2", name: "Keyring", created_at: "2026-11-03T12:00:00Z", last_used_at: "2026-11-20T12:00:00Z" };
const CHALLENGE = { challenge_token: "challenge", challenge_expires_at: "2026-11-27T12:05:00Z", passkeys: true };
const TOKENS = { access_token: `.${btoa(JSON.stringify({ iat: 0 }))}.`, access_expires_at: "2026-11-27T12:15:00Z", session_id: "session" };

const sent: { path: string; body: unknown }[] = [];
let items: object[];
let refusals: Record<string, { code: string; status: number }>;
let challenges: boolean;
let dialogue: ReturnType<typeof fakeAuthenticator>;

/** Let this browser have passkeys. Its dialogue stays open until the test answers it. */
function fakeAuthenticator() {
  const asked: object[] = [];
  const nothing: (name: string) => void = () => {};
  const answers = { asked, agree: () => {}, fail: nothing };
  const ask = (kind: string) => (options: { publicKey: unknown }) => {
    asked.push({ [kind]: options.publicKey });
    return new Promise((resolve, reject) => {
      answers.agree = () => resolve({ toJSON: () => ({ id: "credential" }) });
      answers.fail = (name) => reject(new DOMException("", name));
    });
  };
  const parsed = (options: unknown) => options;
  vi.stubGlobal("PublicKeyCredential", Object.assign(() => undefined, { parseCreationOptionsFromJSON: parsed, parseRequestOptionsFromJSON: parsed }));
  Object.defineProperty(navigator, "credentials", { configurable: true, value: { create: ask("create"), get: ask("get") } });
  return answers;
}

beforeEach(() => {
  sent.length = 0;
  items = [];
  refusals = {};
  challenges = false;
  dialogue = fakeAuthenticator();
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname: path } = new URL(request.url);
    if (request.method === "GET") return Response.json({ items });
    sent.push({ path, body: await request.json() });
    const refusal = refusals[path];
    if (refusal) return Response.json({ ...refusal, title: "", detail: "Refused." }, { status: refusal.status, headers: { "Content-Type": "application/problem+json" } });
    if (path.endsWith("/options")) return Response.json({ challenge: "to-sign" });
    if (path === "/api/auth/login" && challenges) return Response.json(CHALLENGE);
    if (path.startsWith("/api/auth/")) return Response.json(TOKENS);
    if (path.endsWith("/remove")) items = items.slice(1);
    else items = [LAPTOP];
    return path.endsWith("/remove") ? new Response(null, { status: 204 }) : Response.json(LAPTOP, { status: 201 });
  });
});
afterEach(async () => {
  signedOut();
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, "credentials");
  await choose("en");
});

function show(part: React.ReactNode) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={queries}>
      <main>{part}</main>
    </QueryClientProvider>,
  );
}
const button = (name: string) => screen.findByRole("button", { name });
const paths = () => sent.map(({ path }) => path);

async function asksToAdd() {
  await userEvent.click(await button("Add a passkey"));
  await userEvent.clear(screen.getByLabelText("Name"));
  await userEvent.type(screen.getByLabelText("Name"), "Laptop");
  await userEvent.type(screen.getByLabelText("Password"), "a password");
  await userEvent.type(screen.getByLabelText("Code"), "123456");
  await userEvent.click(await button("Make the passkey"));
}

test("whoever has none adds one, with password and code and by the browser's dialogue, and is led to what came of it", async () => {
  const { container } = show(<Passkeys />);
  expect(await screen.findByText("You have no passkey yet.")).toBeTruthy();
  await asksToAdd();
  expect(await screen.findByText(/^Your browser is asking you/)).toBeTruthy();
  await userEvent.click(await button("Make the passkey"));
  await userEvent.type(screen.getByLabelText("Code"), "{Enter}");
  expect((await axe.run(container, { rules: { "color-contrast": { enabled: false } } })).violations).toEqual([]);
  expect(dialogue.asked).toEqual([{ create: { challenge: "to-sign" } }]);

  act(() => dialogue.agree());
  const said = await screen.findByText(/^Added: Laptop/);
  expect(document.activeElement).toBe(said);
  expect(await screen.findByText("Added on November 2, 2026, not used yet")).toBeTruthy();
  expect(sent).toEqual([
    { path: "/api/me/passkeys/options", body: { password: "a password", code: "123456" } },
    { path: "/api/me/passkeys", body: { name: "Laptop", credential: { id: "credential" } } },
  ]);
});

test("whoever turns the dialogue away is asked again without another code", async () => {
  show(<Passkeys />);
  await asksToAdd();
  act(() => dialogue.fail("NotAllowedError"));
  expect(await screen.findByText(/^No passkey was made/)).toBeTruthy();
  await userEvent.click(await button("Try again"));
  act(() => dialogue.agree());
  expect(await screen.findByText(/^Added: Laptop/)).toBeTruthy();
  expect(paths()).toEqual(["/api/me/passkeys/options", "/api/me/passkeys"]);
});

test.each([
  ["InvalidStateError", "This device or key has a passkey here already."],
  ["SecurityError", "Browsers have no passkeys for this address. Please use the codes of your app."],
  ["UnknownError", /^Your browser or device could not do this/],
])("a dialogue that ends with %s is told in words, and nothing is added", async (name, words) => {
  show(<Passkeys />);
  await asksToAdd();
  act(() => dialogue.fail(name));
  expect(await screen.findByText(words)).toBeTruthy();
  expect(await button("Make the passkey")).toBeTruthy();
  expect(paths()).toEqual(["/api/me/passkeys/options"]);
});

test("a site for which there are no passkeys says so, and asks no authenticator", async () => {
  refusals["/api/me/passkeys/options"] = { code: "passkeys_impossible", status: 409 };
  show(<Passkeys />);
  await asksToAdd();
  expect(await screen.findByText(/^Browsers have no passkeys for this address/)).toBeTruthy();
  expect(dialogue.asked).toEqual([]);
});

test("one is removed with password and code, by the keyboard too, also where the browser has no passkeys", async () => {
  items = [LAPTOP, KEYRING];
  vi.stubGlobal("PublicKeyCredential", undefined);
  show(<Passkeys />);
  expect(await screen.findByText("Added on November 3, 2026, last used on November 20, 2026")).toBeTruthy();
  expect(screen.getByText(/^This browser has no passkeys/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Add a passkey" })).toBeNull();
  (await button("Remove Laptop")).focus();
  await userEvent.keyboard("{Enter}{Tab}a password{Tab}123456{Enter}");
  const said = await screen.findByText(/^Removed: Laptop/);
  expect(document.activeElement).toBe(said);
  await waitFor(() => expect(screen.queryByRole("button", { name: "Remove Laptop" })).toBeNull());
  expect(sent).toEqual([{ path: "/api/me/passkeys/1/remove", body: { password: "a password", code: "123456" } }]);
});

test("signing in, a passkey is offered first, and a press finishes it once", async () => {
  const { container } = show(<SecondFactor challenge={CHALLENGE} onAgain={() => undefined} />);
  const use = await button("Use a passkey");
  expect(use.compareDocumentPosition(screen.getByLabelText("Code"))).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  await userEvent.click(use);
  await userEvent.click(use);
  await userEvent.type(screen.getByLabelText("Code"), "123456{Enter}");
  expect((await axe.run(container, { rules: { "color-contrast": { enabled: false } } })).violations).toEqual([]);
  expect(dialogue.asked).toEqual([{ get: { challenge: "to-sign" } }]);
  act(() => dialogue.agree());
  await waitFor(() => expect(localStorage.getItem("saltbitter.session")).toBe("session"));
  expect(sent).toEqual([
    { path: "/api/auth/second-factor/passkey/options", body: { challenge_token: "challenge" } },
    { path: "/api/auth/second-factor/passkey", body: { challenge_token: "challenge", credential: { id: "credential" }, device_label: null } },
  ]);
});

test("whoever turns the dialogue away at signing in reads so in their language, and a code is as good as before", async () => {
  await choose("de");
  show(<SecondFactor challenge={CHALLENGE} onAgain={() => undefined} />);
  await userEvent.click(await button("Passkey benutzen"));
  act(() => dialogue.fail("NotAllowedError"));
  expect(await screen.findByText(/^Es wurde kein Passkey benutzt/)).toBeTruthy();
  await userEvent.type(screen.getByLabelText("Code"), "123456{Enter}");
  await waitFor(() => expect(paths()).toEqual(["/api/auth/second-factor/passkey/options", "/api/auth/second-factor"]));
  expect(screen.queryByText(/^Es wurde kein Passkey benutzt/)).toBeNull();
});

test("a passkey that the server does not accept is told in words, and can be tried again", async () => {
  refusals["/api/auth/second-factor/passkey"] = { code: "passkey_refused", status: 422 };
  show(<SecondFactor challenge={CHALLENGE} onAgain={() => undefined} />);
  await userEvent.click(await button("Use a passkey"));
  act(() => dialogue.agree());
  expect(await screen.findByText(/^This passkey was not accepted/)).toBeTruthy();
  expect((await button("Use a passkey")).getAttribute("aria-disabled")).toBeNull();
});

test.each([
  ["no passkeys at all", () => vi.stubGlobal("PublicKeyCredential", undefined)],
  ["passkeys that it cannot say in JSON", () => vi.stubGlobal("PublicKeyCredential", () => undefined)],
])("a browser with %s offers whoever has one the code alone, and says why", (_, without) => {
  without();
  show(<SecondFactor challenge={CHALLENGE} onAgain={() => undefined} />);
  expect(screen.getByText(/^You have passkeys, but this browser has none/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Use a passkey" })).toBeNull();
  expect(screen.getByLabelText("Code")).toBeTruthy();
});

test("whoever has no passkey is told nothing of them", () => {
  show(<SecondFactor challenge={{ ...CHALLENGE, passkeys: false }} onAgain={() => undefined} />);
  expect(screen.queryByText(/passkey/i)).toBeNull();
});

test("whoever lost app and codes reads whom to write to, where there is somebody", () => {
  show(<SecondFactor challenge={CHALLENGE} onAgain={() => undefined} />);
  expect(screen.getByText(/^Lost your app and every recovery code\?/)).toBeTruthy();
  expect(screen.queryByRole("link")).toBeNull();
  cleanup();
  document.documentElement.dataset["contact"] = "help@saltbitter.example";
  show(<SecondFactor challenge={CHALLENGE} onAgain={() => undefined} />);
  delete document.documentElement.dataset["contact"];
  expect(screen.getByRole<HTMLAnchorElement>("link").href).toBe("mailto:help@saltbitter.example?subject=I%20lost%20my%20second%20factor");
});

test("a code that is not right is told beside its field, which has the focus", async () => {
  refusals["/api/auth/second-factor"] = { code: "code_refused", status: 422 };
  show(<SecondFactor challenge={CHALLENGE} onAgain={() => undefined} />);
  await userEvent.type(screen.getByLabelText("Code"), "123456");
  await userEvent.click(await button("Sign in"));
  await waitFor(() => expect(screen.getByLabelText("Code").getAttribute("aria-invalid")).toBe("true"));
  expect(document.activeElement).toBe(screen.getByLabelText("Code"));
  expect(screen.getByText(/^This code is not right/)).toBeTruthy();
});

test("whoever took too long is led back to where they sign in, with their address and without their password", async () => {
  refusals["/api/auth/second-factor"] = { code: "challenge_over", status: 401 };
  challenges = true;
  show(<Login />);
  await userEvent.type(screen.getByLabelText("E-mail"), "mira@example.org");
  await userEvent.type(screen.getByLabelText("Password"), "a password{Enter}");
  await userEvent.type(await screen.findByLabelText("Code"), "123456{Enter}");
  expect(await screen.findByText(/^That took too long/)).toBeTruthy();
  const again = await button("Sign in again");
  expect(document.activeElement?.contains(again)).toBe(true);
  await userEvent.click(again);
  expect((await screen.findByLabelText<HTMLInputElement>("E-mail")).value).toBe("mira@example.org");
  expect(screen.getByLabelText<HTMLInputElement>("Password").value).toBe("");
});

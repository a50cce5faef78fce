import { answer, api, type Schemas } from "../../api/client";
import { ProblemError } from "../../api/problem";
import type { SessionTokens } from "../../api/session";
import { deviceLabel } from "./device";

type Credential = Schemas["NewPasskey"]["credential"];

/** Whether this browser has passkeys at this address, and says what authenticators made as the API reads it (WebAuthn
Level 3). One that can only do the former is treated as one that cannot. */
export function passkeysKnown(): boolean {
  return typeof PublicKeyCredential === "function" && "parseCreationOptionsFromJSON" in PublicKeyCredential && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/** Have an authenticator make a passkey, as `options` ask for it. Throws a `ProblemError`: `passkey_not_made` if nobody
agreed to it in time, after which the same options can be tried again, or `passkey_taken` if this authenticator has one. */
export async function makePasskey(options: unknown): Promise<Credential> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
  return asked(navigator.credentials.create({ publicKey }), { NotAllowedError: "passkey_not_made", InvalidStateError: "passkey_taken" });
}

/** Finish signing in with a passkey, in place of a code. Throws a `ProblemError`, which is `passkey_not_given` if nobody
agreed to it in time or this device has none. */
export async function signInWithPasskey(challenge_token: string): Promise<SessionTokens> {
  const options: unknown = await answer(api.POST("/api/auth/second-factor/passkey/options", { body: { challenge_token } }));
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
  const credential = await asked(navigator.credentials.get({ publicKey }), { NotAllowedError: "passkey_not_given" });
  return answer(api.POST("/api/auth/second-factor/passkey", { body: { challenge_token, credential, device_label: deviceLabel(navigator.userAgent) || null } }));
}

/** What the browser's dialogue came to. What it says by the names of its errors is said by codes, for which there are words. */
async function asked(dialogue: Promise<globalThis.Credential | null>, codes: Record<string, string>): Promise<Credential> {
  try {
    return ((await dialogue) as PublicKeyCredential).toJSON() as Credential;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const code = { SecurityError: "passkeys_impossible", ...codes }[error.name] ?? "passkey_failed";
    throw new ProblemError({ code, detail: error.message });
  }
}

import { answer, api, type Schemas } from "../../api/client";

/** What this browser lets be shown. Nobody is asked before they press, and whoever said no is not asked again. */
export type PushState = "unsupported" | "blocked" | "off" | "on";

async function manager(): Promise<PushManager | null> {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return null;
  const registration = await navigator.serviceWorker.getRegistration();
  return registration?.pushManager ?? null;
}

export async function pushState(): Promise<PushState> {
  const pushes = await manager();
  if (pushes === null) return "unsupported";
  if (Notification.permission === "denied") return "blocked";
  return Notification.permission === "granted" && (await pushes.getSubscription()) !== null ? "on" : "off";
}

/** Ask the browser and its member, and tell the server where this device is reached. Whoever says no changes nothing. */
export async function turnOn(publicKey: string, language: Schemas["PushSignUp"]["language"]): Promise<void> {
  const pushes = await manager();
  if (pushes === null || (await Notification.requestPermission()) !== "granted") return;
  await (await pushes.getSubscription())?.unsubscribe(); // it may be of an older key
  const subscription = await pushes.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey });
  const { endpoint = "", keys = {} } = subscription.toJSON();
  const body = { endpoint, p256dh: keys["p256dh"] ?? "", auth: keys["auth"] ?? "", language };
  try {
    await answer(api.POST("/api/me/push-subscriptions", { body }));
  } catch (refused) {
    await subscription.unsubscribe();
    throw refused;
  }
}

/** Have the server tell this device nothing, and the browser's push service take nothing for it. */
export async function turnOff(): Promise<void> {
  await answer(api.DELETE("/api/me/push-subscriptions"));
  await (await (await manager())?.getSubscription())?.unsubscribe();
}

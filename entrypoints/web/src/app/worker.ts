const SCRIPT = "/sw.js";

/** Scripts may only come from addresses that this policy lets through: the one of our own worker. */
interface Trusting {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): { createScriptURL: (url: string) => string };
}

/** Let the client start without a network from now on, where the browser can. Without it everything else still works. */
export async function startWorker(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const { trustedTypes } = window as { trustedTypes?: Trusting };
  const policy = trustedTypes?.createPolicy("saltbitter-worker", {
    createScriptURL: (url) => {
      if (url !== SCRIPT) throw new TypeError("Only the service worker is started like this.");
      return url;
    },
  });
  try {
    await navigator.serviceWorker.register(policy?.createScriptURL(SCRIPT) ?? SCRIPT);
  } catch {
    // A browser that forbids it, as in private windows, goes without.
  }
}

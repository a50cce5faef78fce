/* The service worker: the client's own shell where there is no network.
 * It never looks at what the API, photos or the page of payment answer, and keeps nothing about anybody.
 * Where its member switched that on, it shows what the server tells this browser, without a sound. */

const SHELL = "shell-1";
const FILES = "files-1";
const MOST_FILES = 120;
const NOT_THE_SHELL = /^\/(api|media|demo|checkout|livez|readyz)(\/|$)/;

self.addEventListener("install", (event) => event.waitUntil(keepShell().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder().then(() => self.clients.claim())));

/** The page and the files it begins with, as they are now. */
async function keepShell() {
  const page = await fetch("/", { cache: "no-cache" });
  if (!page.ok) throw new Error(`The page answered ${page.status}`);
  const named = [...(await page.clone().text()).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file);
  await (await caches.open(FILES)).addAll(named);
  await (await caches.open(SHELL)).put("/", page);
}

async function forgetOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => ![SHELL, FILES].includes(name)).map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/assets/")) event.respondWith(keptFirst(request));
  else if (request.mode === "navigate" && !NOT_THE_SHELL.test(pathname)) event.respondWith(networkFirst(event));
});

/** A page as it is now; without a network the page that was kept, which says so itself. */
async function networkFirst(event) {
  const shell = await caches.open(SHELL);
  try {
    const page = await fetch(event.request);
    if (page.ok) event.waitUntil(shell.put("/", page.clone()));
    return page;
  } catch (away) {
    const kept = await shell.match("/");
    if (kept) return kept;
    throw away;
  }
}

/** A file whose name holds the hash of its content: whichever was kept is the right one. */
async function keptFirst(request) {
  const files = await caches.open(FILES);
  const kept = await files.match(request);
  if (kept) return kept;
  const file = await fetch(request);
  if (file.ok) {
    await files.put(request, file.clone());
    const names = await files.keys();
    await Promise.all(names.slice(0, Math.max(0, names.length - MOST_FILES)).map((name) => files.delete(name)));
  }
  return file;
}

self.addEventListener("push", (event) => {
  const { kind, title, path } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { tag: kind, silent: true, data: { path } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data.path));
});

/** The page, in a window that is open already where there is one. */
async function openPage(path) {
  const page = new URL(path, self.location.origin);
  if (page.origin !== self.location.origin) return;
  const [open] = await self.clients.matchAll({ type: "window" });
  if (open === undefined) await self.clients.openWindow(page.href);
  else await (await open.focus()).navigate(page.href);
}

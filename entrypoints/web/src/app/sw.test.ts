import { readFileSync } from "node:fs";
import { beforeEach, expect, test, vi } from "vitest";

const SOURCE = readFileSync("public/sw.js", "utf8");
const HERE = "https://saltbitter.test";
type Handler = (event: unknown) => void;

/** What the worker may keep things in, as far as it uses it. */
class Kept {
  entries = new Map<string, Response>();
  open = () => Promise.resolve(this);
  put = (key: string | Request, value: Response) => Promise.resolve(void this.entries.set(nameOf(key), value));
  match = (key: string | Request) => Promise.resolve(this.entries.get(nameOf(key))?.clone());
  addAll = async (keys: string[]) => {
    await Promise.all(keys.map((key) => this.put(key, new Response(key))));
  };
  keys = () => Promise.resolve([...this.entries.keys()]);
  delete = (key: string) => Promise.resolve(this.entries.delete(key));
}
const nameOf = (key: string | Request) => (typeof key === "string" ? key : new URL(key.url).pathname);

let caches: Record<string, Kept>;
let handlers: Record<string, Handler>;
let windows: unknown[] = [];
const showNotification = vi.fn(() => Promise.resolve());
const openWindow = vi.fn(() => Promise.resolve());
const network = vi.fn<(asked: unknown) => Promise<Response>>();

beforeEach(() => {
  caches = {};
  handlers = {};
  network.mockReset();
  const self = {
    location: { origin: HERE },
    skipWaiting: () => undefined,
    registration: { showNotification },
    clients: { matchAll: () => Promise.resolve(windows), openWindow },
    addEventListener: (name: string, handler: Handler) => (handlers[name] = handler),
  };
  const stores = { open: (name: string) => (caches[name] ??= new Kept()).open(), keys: () => Promise.resolve(Object.keys(caches)) };
  // The worker is a script of its own: it is run here with the globals that a browser would give it.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  new Function("self", "caches", "fetch", SOURCE)(self, stores, network);
});

async function ask(path: string, { mode = "cors", method = "GET" } = {}): Promise<Response | null> {
  let answered: Promise<Response> | null = null;
  const waited: Promise<unknown>[] = [];
  handlers["fetch"]?.({
    request: { url: new URL(path, HERE).href, method, mode },
    respondWith: (answer: Promise<Response>) => (answered = answer),
    waitUntil: (work: Promise<unknown>) => waited.push(work),
  });
  const answer = await (answered as Promise<Response> | null);
  await Promise.all(waited);
  return answer;
}

test.each(["/api/me", "/api/me/photos", "/media/x?signature=y", "https://elsewhere.test/assets/x.js"])(
  "%s is nothing to the worker",
  async (path) => {
    expect(await ask(path)).toBeNull();
    expect(await ask(path, { mode: "navigate" })).toBeNull();
    expect(caches).toEqual({});
  },
);

test("nothing that is sent is kept, and the page where one pays is always the server's", async () => {
  expect(await ask("/assets/x.js", { method: "POST" })).toBeNull();
  expect(await ask("/checkout/premium", { mode: "navigate" })).toBeNull();
});

test("a page is the newest one, and without a network the one that was there last", async () => {
  network.mockResolvedValueOnce(new Response("newer"));
  expect(await (await ask("/today", { mode: "navigate" }))?.text()).toBe("newer");
  network.mockRejectedValue(new TypeError("no network"));
  expect(await (await ask("/matches", { mode: "navigate" }))?.text()).toBe("newer");
});

test("an error of the server is shown and not kept", async () => {
  network.mockResolvedValueOnce(new Response("sorry", { status: 503 }));
  expect((await ask("/today", { mode: "navigate" }))?.status).toBe(503);
  network.mockRejectedValue(new TypeError("no network"));
  await expect(ask("/today", { mode: "navigate" })).rejects.toThrow("no network");
});

test("a file is fetched once", async () => {
  network.mockImplementation(() => Promise.resolve(new Response("file")));
  await ask("/assets/a-1.js");
  expect(await (await ask("/assets/a-1.js"))?.text()).toBe("file");
  expect(network).toHaveBeenCalledTimes(1);
});

test("files of long ago make room", async () => {
  network.mockImplementation(() => Promise.resolve(new Response("file")));
  for (let file = 0; file < 130; file += 1) await ask(`/assets/${file}.js`);
  expect(caches["files-1"]?.entries.size).toBe(120);
});

test("what the server tells is shown without a sound, and opens its page in the window that is there", async () => {
  const waited: Promise<unknown>[] = [];
  const waitUntil = (work: Promise<unknown>) => waited.push(work);
  handlers["push"]?.({ data: { json: () => ({ kind: "daily_matches", title: "People", path: "/today" }) }, waitUntil });
  expect(showNotification).toHaveBeenCalledWith("People", { tag: "daily_matches", silent: true, data: { path: "/today" } });

  const click = (path: string) => handlers["notificationclick"]?.({ notification: { close: () => undefined, data: { path } }, waitUntil });
  click("/today");
  click("https://elsewhere.test/today");
  await Promise.all(waited);
  expect(openWindow.mock.calls).toEqual([[`${HERE}/today`]]);
  const navigate = vi.fn();
  windows = [{ focus: () => Promise.resolve({ navigate }) }];
  click("/matches");
  await Promise.all(waited);
  expect(navigate.mock.calls).toEqual([[`${HERE}/matches`]]);
});

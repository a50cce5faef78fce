import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Notifications } from "./Notifications";

const BEGIN = { quiet_hours: { start: "22:00", end: "08:00" }, daily_matches: "at_once", mutual_match: "at_once" };
const asked: { method: string; path: string; body: unknown }[] = [];
const requestPermission = vi.fn(() => Promise.resolve("granted"));
let server: Record<string, unknown>;
let subscribed: boolean;

function browser(permission: string, supported = true) {
  const subscription = {
    toJSON: () => ({ endpoint: "https://push.test/1", keys: { p256dh: "p", auth: "a" } }),
    unsubscribe: () => Promise.resolve((subscribed = false)),
  };
  const pushManager = {
    getSubscription: () => Promise.resolve(subscribed ? subscription : null),
    subscribe: () => {
      subscribed = true;
      return Promise.resolve(subscription);
    },
  };
  vi.stubGlobal("PushManager", Object);
  vi.stubGlobal("Notification", {
    get permission() {
      return subscribed ? "granted" : permission;
    },
    requestPermission,
  });
  Object.defineProperty(navigator, "serviceWorker", {
    configurable: true,
    value: { getRegistration: () => Promise.resolve(supported ? { pushManager } : undefined) },
  });
}

beforeEach(() => {
  asked.length = 0;
  subscribed = false;
  server = { ...BEGIN, public_key: "key", this_device: false };
  requestPermission.mockClear();
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname: path } = new URL(request.url);
    const body: unknown = request.method === "GET" || request.method === "DELETE" ? null : await request.json();
    asked.push({ method: request.method, path, body });
    if (path.endsWith("push-subscriptions")) server["this_device"] = request.method === "POST";
    else if (request.method === "PUT") server = { ...server, ...(body as object) };
    return path.endsWith("push-subscriptions") ? new Response(null, { status: 204 }) : Response.json(server);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, "serviceWorker");
});

function show() {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={queries}>
      <main>
        <h2>Privacy</h2>
        <Notifications />
      </main>
    </QueryClientProvider>,
  );
}
const changes = () => asked.filter(({ method }) => method !== "GET");

test("nobody is asked for leave before they press, and then the server learns where the device is", async () => {
  browser("default");
  const { container } = show();
  const turnOn = await screen.findByRole("button", { name: "Tell me on this device" });
  expect(requestPermission).not.toHaveBeenCalled();
  expect(changes()).toEqual([]);
  expect((await axe.run(container, { rules: { "color-contrast": { enabled: false } } })).violations).toEqual([]);

  await userEvent.click(turnOn);
  await userEvent.click(await screen.findByRole("button", { name: "Tell this device nothing" }));
  await screen.findByText("This device is told nothing.");

  const body = { endpoint: "https://push.test/1", p256dh: "p", auth: "a", language: "en" };
  expect(changes().map(({ method, body }) => [method, body])).toEqual([["POST", body], ["DELETE", null]]);
  expect(subscribed).toBe(false);
});

test("whoever says no changes nothing", async () => {
  browser("default");
  requestPermission.mockResolvedValueOnce("denied");
  show();
  await userEvent.click(await screen.findByRole("button", { name: "Tell me on this device" }));
  await waitFor(() => expect(requestPermission).toHaveBeenCalledOnce());
  expect(changes()).toEqual([]);
  expect(subscribed).toBe(false);
});

test.each([
  ["denied", true, "key", /keeps SaltBitter from telling/],
  ["default", false, "key", /cannot be told anything/],
  ["default", true, null, /tells devices nothing/],
])("with %s, %s and %s no button is there, and why", async (permission, supported, key, words) => {
  browser(permission, supported);
  server["public_key"] = key;
  show();
  expect(await screen.findByText(words)).toBeTruthy();
  expect(screen.queryByRole("button", { name: /this device/ })).toBeNull();
});

test("a browser signed up in an earlier session is off in this one", async () => {
  browser("granted");
  subscribed = true;
  show();
  expect(await screen.findByText("This device is told nothing.")).toBeTruthy();
});

test("frequencies and quiet hours are kept one by one, as they are chosen", async () => {
  browser("default");
  show();
  await userEvent.click((await screen.findAllByRole("radio", { name: "Never" }))[0] as HTMLElement);
  await waitFor(() => expect(changes()).toHaveLength(1));
  const from = await screen.findByLabelText("From");
  await userEvent.clear(from);
  await userEvent.type(from, "23:30");
  await userEvent.tab();
  await waitFor(() => expect(changes()).toHaveLength(2));
  await userEvent.click(screen.getByRole("switch", { name: "Quiet hours" }));
  await waitFor(() => expect(screen.queryByLabelText("From")).toBeNull());

  const never = { ...BEGIN, daily_matches: "never" };
  expect(changes().map(({ body }) => body)).toEqual([
    never,
    { ...never, quiet_hours: { start: "23:30", end: "08:00" } },
    { ...never, quiet_hours: null },
  ]);
});

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const STARTED_WITHIN_MS = 120_000;

/** A port of this machine at which nobody listens. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A demo of its own: its address, who can sign in as a member and as staff, and how to end it. */
export async function startDemo(members) {
  const port = await freePort();
  const process = spawn(`${ROOT}.venv/bin/saltbitter`, ["demo", "--port", String(port), "--members", String(members)]);
  let said = "";
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`The demo did not start:\n${said}`)), STARTED_WITHIN_MS);
    const listen = (chunk) => {
      said += String(chunk);
      if (said.includes("Ctrl-C")) {
        clearTimeout(late);
        resolve();
      }
    };
    process.stdout.on("data", listen);
    process.stderr.on("data", listen);
    process.once("exit", () => reject(new Error(`The demo ended:\n${said}`)));
  });
  const [, password] = /password\s+(\S+)/.exec(said);
  const member = { email: /Sign in as\s+(\S+)/.exec(said)[1], password };
  const staff = { email: /as staff\s+(\S+),/.exec(said)[1], password };
  return { member, staff, url: `http://localhost:${port}`, stop: () => process.kill("SIGTERM") };
}

/** The link in the newest mail to an address, or in the newest of a kind, without the host. */
export async function mailedLink(url, to, template) {
  for (let tries = 0; tries < 100; tries += 1) {
    const { mails } = await (await fetch(`${url}/demo/mailbox.json?to=${encodeURIComponent(to)}`)).json();
    const link = mails.find((mail) => template === undefined || mail.template === template)?.data.link;
    if (link) return link.slice(link.indexOf("/", "https://".length));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`No mail came to ${to}`);
}

/** Sleep until the next six o'clock in a time zone: everybody there receives new people. */
export async function sleepUntilMorning(url, timeZone) {
  const answer = await fetch(`${url}/demo/time-machine`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ time_zone: timeZone }),
  });
  if (!answer.ok) throw new Error(`The time machine answered ${answer.status}`);
}

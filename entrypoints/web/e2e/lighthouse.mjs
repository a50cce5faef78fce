/** What Lighthouse makes of the built client: a demo of its own, the pages a visitor begins with, one report of
figures. As on a desktop: what a phone would take is worked out from the speed of this machine, busy or not. */
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BROWSER } from "./browser.mjs";
import { startDemo } from "./demo.mjs";

const VERSION = "12.8.2";
const PAGES = ["/", "/login", "/join"];
const CATEGORIES = ["performance", "accessibility", "best-practices"];
const BAR = 95;
const MEMBERS = 100;
const REPORT = fileURLToPath(new URL("../../../build/reports/web-lighthouse.json", import.meta.url));

async function judged(url) {
  const { stdout } = await promisify(execFile)(
    "npx",
    ["--yes", `lighthouse@${VERSION}`, url, "--preset=desktop", "--quiet", "--output=json", `--only-categories=${CATEGORIES.join(",")}`,
      "--chrome-flags=--headless=new --no-sandbox --disable-gpu"],
    { env: { ...process.env, CHROME_PATH: BROWSER }, maxBuffer: 2 ** 26 },
  );
  return JSON.parse(stdout).categories;
}

const demo = await startDemo(MEMBERS);
const figures = [];
try {
  for (const page of PAGES) {
    const categories = await judged(demo.url + page);
    for (const name of CATEGORIES) {
      const value = Math.round(categories[name].score * 100);
      figures.push({ name: `${name} of ${page}`, value, unit: "of 100", bar: `at least ${BAR}`, holds: value >= BAR });
    }
  }
} finally {
  demo.stop();
}
mkdirSync(new URL(".", `file://${REPORT}`), { recursive: true });
writeFileSync(REPORT, `${JSON.stringify(figures, null, 2)}\n`);
for (const { name, value, holds } of figures) console.log(`${holds ? "ok    " : "FAILED"}  ${value}  ${name}`);
process.exit(figures.every(({ holds }) => holds) ? 0 : 1);

/** The journey in a real browser, on a desktop's screen, on a phone's and without a mouse, or one of them (SCREEN=phone).
SHOTS=folder keeps a picture of every page. */
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { BROWSER } from "./browser.mjs";
import { startDemo } from "./demo.mjs";
import { byKeyboard } from "./keyboard.mjs";
import { journey } from "./journey.mjs";
import { answerDoubt, decideOnPhoto } from "./staff.mjs";
import { unseen } from "./table.mjs";
import { watch } from "./watch.mjs";

const SCREENS = { desktop: { width: 1280, height: 800 }, phone: { width: 320, height: 640 }, keyboard: { width: 1280, height: 800 } };
const MEMBERS = 600;
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const shots = process.env["SHOTS"];
if (shots) mkdirSync(shots, { recursive: true });

const demo = await startDemo(MEMBERS);
const browser = await chromium.launch({ executablePath: BROWSER, args: ARGUMENTS });
const staff = { ...demo.staff };
let failed = false;
try {
  for (const [name, viewport] of Object.entries(SCREENS)) {
    if (![undefined, name].includes(process.env["SCREEN"])) continue;
    const context = await browser.newContext({ viewport, locale: "en-GB", timezoneId: "Europe/London", reducedMotion: "reduce" });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const looking = name !== "keyboard";
    const putDown = looking ? () => undefined : byKeyboard(page);
    const { look, findings, addresses } = watch(page, demo.url, { name, shots, looking });
    const asStaff = async (work) => {
      const theirs = await browser.newContext({ viewport, locale: "en-GB", timezoneId: "Europe/London", reducedMotion: "reduce" });
      const staffPage = await theirs.newPage();
      staffPage.setDefaultTimeout(20_000);
      const eyes = watch(staffPage, demo.url, { name: `${name}-staff`, shots, looking });
      staff.codes = await work(staffPage, demo.url, staff, eyes.look);
      findings.push(...eyes.findings);
      addresses.push(...eyes.addresses);
      await theirs.close();
    };
    try {
      await journey(page, demo.url, `mira.${name}@example.org`, look, {
        decideOnPhoto: () => asStaff(decideOnPhoto),
        answerDoubt: () => asStaff(answerDoubt),
      });
      findings.push(...unseen(addresses).map((path) => `${path}: nobody looked at it`));
    } catch (error) {
      findings.push(String(error));
      if (shots) {
        for (const [index, open] of browser.contexts().flatMap((each) => each.pages()).entries()) {
          await open.screenshot({ path: `${shots}/${name}-failed-${index}.png`, fullPage: true });
        }
      }
    }
    putDown();
    console.log(`${findings.length ? "FAILED" : "ok"}  ${name}, ${viewport.width} × ${viewport.height}: ${addresses.length} pages${looking ? ", each in both languages and themes" : ""}`);
    for (const finding of findings) console.log(`      ${finding}`);
    failed ||= findings.length > 0;
    await context.close();
  }
} finally {
  await browser.close();
  demo.stop();
}
process.exit(failed ? 1 : 0);

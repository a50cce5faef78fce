import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** A member may ask a hundred times a minute, which only a script does: it rests before it comes near. */
const A_MINUTE_MS = 60_000;
const AT_A_PERSONS_PACE = 60;
const ANSWERED_WITHIN_MS = 20_000;
const THEMES = ["light", "dark"];
/** In which languages a page is looked at, where the journey itself goes on in the last. */
const LANGUAGES = ["de", "en"];

/** Looks at pages as they come: what is inaccessible, too wide, reported to the console, or asked of elsewhere. */
export function watch(page, url, { name, shots, looking = true }) {
  const findings = [];
  const addresses = [];
  page.on("console", (message) => {
    // What the API refuses shows up as a failed resource; pages that provoke it say so themselves.
    if (message.type() === "error" && !message.text().includes("Failed to load resource")) {
      findings.push(`console: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => findings.push(`error: ${error.message}`));
  let asked = [];
  const unanswered = new Set();
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => unanswered.delete(request));
  // The refusal of a spent token is answered by a renewal, and nobody reads it to its end.
  page.on("response", (response) => response.status() === 401 && unanswered.delete(response.request()));
  page.on("request", (request) => {
    if (new URL(request.url()).pathname.startsWith("/api/")) {
      asked.push(Date.now());
      unanswered.add(request);
    }
    if (!request.url().startsWith(url) && !request.url().startsWith("data:")) findings.push(`asks elsewhere: ${request.url()}`);
  });

  async function rest() {
    asked = asked.filter((at) => at > Date.now() - A_MINUTE_MS);
    if (asked.length < AT_A_PERSONS_PACE) return;
    await page.waitForTimeout(asked[asked.length - AT_A_PERSONS_PACE] + A_MINUTE_MS - Date.now());
    await rest();
  }

  /** Read the page as it stands in another language; what was entered stays, and words of the API in the language before
  until those in this one have come. */
  async function read(language) {
    await page.getByRole("contentinfo").getByRole("combobox").selectOption(language);
    await page.waitForFunction((wanted) => document.documentElement.lang === wanted && !document.querySelector("[data-loading]"), language);
    for (const began = Date.now(); unanswered.size > 0; await page.waitForTimeout(20)) {
      if (Date.now() - began > ANSWERED_WITHIN_MS) throw new Error(`No answer came to ${[...unanswered].map((request) => request.url()).join(", ")}`);
    }
  }

  async function judge(what) {
    if (await page.evaluate(() => !("axe" in window))) await page.evaluate(AXE);
    const { violations } = await page.evaluate(
      (values) => window.axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] }),
      STANDARDS,
    );
    for (const { id, help, nodes } of violations) {
      const where = nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).join("; ");
      findings.push(`${what}: ${id} (${help}): ${where}`);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) findings.push(`${what}: ${wide} pixels wider than the screen`);
  }

  /** Look at the page in every language and theme; `what` names it in findings and pictures. */
  async function look(what) {
    addresses.push(new URL(page.url()).pathname);
    await rest();
    if (!looking) return;
    for (const language of LANGUAGES) {
      await read(language);
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        // The colours of the theme before are on the page until the next frame.
        await page.evaluate(() => new Promise((shown) => window.requestAnimationFrame(() => window.requestAnimationFrame(shown))));
        await judge(`${what}, ${language}, ${colorScheme}`);
        const number = String(addresses.length).padStart(2, "0");
        if (shots) await page.screenshot({ path: `${shots}/${name}-${number}-${what}-${language}-${colorScheme}.png`, fullPage: true });
      }
    }
  }

  return { look, findings, addresses };
}

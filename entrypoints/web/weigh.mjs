/** What the first pages fetch of script before they show anything, over the built client: packed by gzip, none may weigh
more than the bar. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BAR_BYTES = 150_000;
const BUILT = new URL("./dist/", import.meta.url);
const CLIENT = "index.html";
/** The pages, each with its own parts beside the client; whoever is signed in can sign out on each. */
const PAGES = { "/": [], "/today": ["src/features/today/Today.tsx", "src/app/SignOut.tsx"] };
const LANGUAGES = { English: ["src/i18n/en.ts"], German: ["src/i18n/de.ts"] };

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", BUILT), "utf8"));

/** Add to what was found all that a part needs, itself with it, and with `perhaps` what it may yet want. */
function add(part, found, perhaps) {
  if (found.has(part)) return;
  if (!(part in manifest)) throw new Error(`Nothing was built of ${part}.`);
  found.add(part);
  const { imports = [], dynamicImports = [] } = manifest[part];
  for (const each of perhaps ? [...imports, ...dynamicImports] : imports) add(each, found, perhaps);
}

const packed = (part) => gzipSync(readFileSync(new URL(manifest[part].file, BUILT))).length;

let heavy = false;
for (const [page, parts] of Object.entries(PAGES)) {
  for (const [language, words] of Object.entries(LANGUAGES)) {
    const scripts = new Set();
    add(CLIENT, scripts, false); // What it may want are the other pages and languages.
    for (const part of [...parts, ...words]) add(part, scripts, true);
    const bytes = [...scripts].reduce((sum, part) => sum + packed(part), 0);
    heavy ||= bytes > BAR_BYTES;
    console.log(`${bytes > BAR_BYTES ? "FAILED" : "ok    "}  ${(bytes / 1000).toFixed(1)} kB of at most ${BAR_BYTES / 1000}: the scripts of ${page} in ${language}`);
  }
}
process.exit(heavy ? 1 : 0);

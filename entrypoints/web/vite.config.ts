import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// `npm run dev` beside a running demo: everything the client does not answer itself is the demo's.
const demo = "http://127.0.0.1:8080";

/** Beside each script and style the same by Brotli, which is a seventh smaller than what the server packs itself. */
const packed: Plugin = {
  name: "packed",
  apply: "build",
  writeBundle({ dir = "dist" }, bundle) {
    for (const made of Object.values(bundle)) {
      if (!/\.(?:js|css)$/.test(made.fileName)) continue;
      writeFileSync(`${dir}/${made.fileName}.br`, brotliCompressSync(made.type === "chunk" ? made.code : made.source));
    }
  },
};

/** The pages that people begin with, each with its own parts. */
const FIRST = { index: [], login: ["features/account/Login"], join: ["features/account/Join"], today: ["features/today/Today", "app/SignOut"] };

/** The languages of the client, each of whose words are a script of their own. */
const LANGUAGES = ["en", "de"];

/** What most pages need, in a few scripts instead of a score of small ones, each of which would be asked for by itself. */
const TOGETHER = [
  { name: "session", test: /src\/api\/(?:session|problem)\.ts|node_modules\/react\//, priority: 2 },
  { name: "common", test: /src\/(?:api|design|app\/lazy|i18n\/(?:index|problems|format))|node_modules\/(?:@tanstack|openapi-fetch|wouter|regexparam|i18next|react-i18next|use-sync-external-store)\//, priority: 1 },
  { name: "people", test: /src\/(?:features\/(?:today\/(?!Today|Person\.)|onboarding\/(?:words|profile)|account\/signOut)|app\/signOut)/ },
];

/** What runs before the client has arrived, beside it. */
const AHEAD = "src/ahead.ts";

/** For each of these and in each language a page of its own, which fetches its scripts and words beside the client's
instead of after them. */
const ahead: Plugin = {
  name: "ahead",
  apply: "build",
  writeBundle({ dir = "dist" }, bundle) {
    const page = readFileSync(`${dir}/index.html`, "utf8");
    const wanted = (source: string) => {
      const files = new Set<string>();
      const want = (file: string) => {
        const chunk = bundle[file];
        if (chunk?.type !== "chunk" || files.has(file)) return;
        files.add(file);
        chunk.imports.forEach(want);
      };
      for (const made of Object.values(bundle)) {
        if (made.type === "chunk" && made.facadeModuleId?.endsWith(`/src/${source}`)) want(made.fileName);
      }
      if (files.size === 0) throw new Error(`Nothing was built of ${source}.`);
      return [...files];
    };
    const early = Object.values(bundle).find((made) => made.type === "chunk" && made.facadeModuleId?.endsWith(AHEAD));
    const first = `    <script type="module" async crossorigin src="/${early?.fileName}"></script>\n`;
    for (const language of LANGUAGES) {
      for (const [name, sources] of Object.entries(FIRST)) {
        const files = new Set([`i18n/${language}.ts`, ...sources.map((source) => `${source}.tsx`)].flatMap(wanted));
        const links = [...files].filter((file) => !page.includes(file)).map((file) => `    <link rel="modulepreload" crossorigin href="/${file}">\n`);
        // What is seen first needs the styles alone, to which the scripts leave the line.
        const patient = page.replace("  </head>", `${links.join("")}  </head>`).replaceAll(/<(?:script type|link rel)="module(?:preload)?"/g, '$& fetchpriority="low"');
        writeFileSync(`${dir}/${name}.${language}.html`, patient.replace("    <script", `${first}    <script`));
      }
    }
  },
};

export default defineConfig({
  plugins: [react(), tailwindcss(), packed, ahead],
  build: { target: "es2022", assetsInlineLimit: 0, manifest: true, modulePreload: { polyfill: false }, rolldownOptions: { input: ["index.html", AHEAD], output: { codeSplitting: { groups: TOGETHER } } } },
  server: { proxy: { "/api": demo, "/media": demo, "/demo": demo } },
  test: { environment: "jsdom", setupFiles: ["src/testing.ts"], restoreMocks: true, isolate: false, pool: "threads", testTimeout: 30_000 },
});

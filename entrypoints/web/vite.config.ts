import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { writeFileSync } from "node:fs";
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

export default defineConfig({
  plugins: [react(), tailwindcss(), packed],
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { "/api": demo, "/media": demo, "/demo": demo } },
  test: { environment: "jsdom", setupFiles: ["src/testing.ts"], restoreMocks: true, isolate: false, pool: "threads" },
});

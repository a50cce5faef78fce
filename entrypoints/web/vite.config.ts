import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `npm run dev` beside a running demo: everything the client does not answer itself is the demo's.
const demo = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { "/api": demo, "/media": demo, "/demo": demo } },
  test: { environment: "jsdom", setupFiles: ["src/testing.ts"], restoreMocks: true, isolate: false, pool: "threads" },
});

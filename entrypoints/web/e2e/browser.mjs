import { existsSync } from "node:fs";

const PATHS = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/** The Chromium of this machine. Without one the process says how to come by it and ends. */
export const BROWSER = PATHS.find((path) => path && existsSync(path));
if (!BROWSER) {
  console.error("This needs Chromium. Debian, Ubuntu: apt-get install chromium; elsewhere name it in CHROMIUM.");
  process.exit(1);
}

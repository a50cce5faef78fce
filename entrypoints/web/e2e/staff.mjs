import { ANSWER, DOUBT, setUpSecondFactor } from "./rights.mjs";

const REASON = "Ticket 4711";

/** One of the staff sets up the second factor that the pages ask for, decides on the photo that was appealed, and looks
at the other pages of the staff; the recovery codes that are left. */
export async function decideOnPhoto(page, url, { email, password, codes }, look) {
  await signIn(page, `${url}/staff/photos`, { email, password, code: codes?.pop() });
  let known = codes;
  await page.getByLabel("Why do you look?").waitFor();
  await look("staff-why");
  await sayWhy(page);
  if (!known) {
    await page.getByText("Set up a second factor first").waitFor();
    await look("staff-second-factor-needed");
    await page.getByRole("link", { name: "Set it up" }).click();
    known = await setUpSecondFactor(page, url, password, () => Promise.resolve());
    await open(page, "Photos that wait");
  }
  await page.getByText("It is the cup from which I drink").waitFor();
  await page.locator("article img").evaluate((image) => image.decode());
  await decideNothing(page);
  await look("staff-photos");
  await page.getByRole("radio", { name: "Approve it" }).check();
  await page.getByLabel("Why", { exact: true }).fill("It shows nobody, and as a further photo it need not.");
  await page.getByRole("button", { name: "Decide and mail" }).click();
  await page.getByText("One decision was made and mailed.").waitFor();
  await page.getByText("Nothing waits").waitFor();
  await look("staff-done");
  await open(page, "What staff did");
  await page.getByText("POST /api/staff/photos/{photo_id}/review").first().waitFor();
  await look("staff-audit");
  await open(page, "Breach register");
  await page.getByText("Nothing is on record").waitFor();
  await look("staff-breaches");
  await open(page, "Suspensions");
  await decideNothing(page);
  await look("staff-suspensions");
  return known;
}

/** One of the staff answers what a member doubts; the recovery codes that are left. */
export async function answerDoubt(page, url, { email, password, codes }, look) {
  await signIn(page, `${url}/staff/reviews`, { email, password, code: codes.pop() });
  await sayWhy(page);
  const doubt = page.getByRole("listitem").filter({ hasText: DOUBT });
  await doubt.waitFor();
  await decideNothing(page);
  await look("staff-reviews");
  await doubt.getByRole("radio", { name: "Nothing was wrong" }).check();
  await doubt.getByLabel("Your answer").fill(ANSWER);
  await doubt.getByRole("button", { name: "Decide and mail" }).click();
  await page.getByText("One decision was made and mailed.").waitFor();
  return codes;
}

async function signIn(page, address, { email, password, code }) {
  await page.goto(address);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  if (code === undefined) return;
  await page.getByRole("textbox", { name: "Code" }).fill(code);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function open(page, name) {
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name }).click();
  await sayWhy(page);
}

async function sayWhy(page) {
  await page.getByLabel("Why do you look?").fill(REASON);
  await page.getByRole("button", { name: "Look", exact: true }).click();
}

/** Press without having decided: nothing is chosen for anybody, and the page says what is missing. */
async function decideNothing(page) {
  await page.getByRole("button", { name: "Decide and mail" }).first().click();
  await page.getByText("Decide first.").first().waitFor();
}

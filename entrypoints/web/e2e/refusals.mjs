import { fileURLToPath } from "node:url";

const CUP = fileURLToPath(new URL("../../../tests/data/photos/coffee.jpg", import.meta.url));

/** A photo is looked at behind the request, by a model that takes its time on a busy machine. */
export const LOOKED_AT = { timeout: 90_000 };

/** A first photo without a face: it is refused with what to do, and a person may be asked. It goes again. */
export async function wrongPhoto(page, look, staffDecides) {
  await page.locator("input[type=file]").setInputFiles(CUP);
  await page.getByRole("button", { name: "Use this part" }).click();
  await page.getByText("We could not see a face clearly").waitFor(LOOKED_AT);
  await look("photo-refused");
  await page.getByText("We are mistaken?").click();
  await page.getByLabel("Why should others see it?").fill("It is the cup from which I drink every morning.");
  await page.getByRole("button", { name: "Have a person look" }).click();
  await page.getByText("A person will look at it").waitFor();
  await staffDecides();
  await page.reload();
  await page.getByText("Others can see it", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByText("Others can see it", { exact: true }).waitFor({ state: "detached" });
}

/** Without a connection a page says so and what to do, and goes on where it was. */
export async function offline(page, look) {
  await page.context().setOffline(true);
  await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Privacy" }).click();
  await page.getByText("could not be reached").first().waitFor();
  await look("offline");
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Try again" }).first().click();
  await page.getByText("This one").waitFor();
}

/** A session that ended elsewhere: the page asked for comes after signing in again. */
export async function expiredSession(page, url, signIn) {
  await page.context().clearCookies();
  await page.goto(`${url}/privacy/second-factor`);
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await signIn();
  await page.getByRole("heading", { level: 1, name: "Second factor" }).waitFor();
}

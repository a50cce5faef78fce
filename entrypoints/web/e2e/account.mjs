import { mailedLink } from "./demo.mjs";

/** From the page of sign-in to another password by the mailed link, and back there. */
export async function forgottenPassword(page, url, email, password, look) {
  await page.getByRole("link", { name: "I forgot my password" }).click();
  await page.getByRole("heading", { level: 1, name: "A new password" }).waitFor();
  await page.getByRole("button", { name: "Send the link" }).click();
  await page.getByText("Please fill this in.").waitFor();
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await page.getByText("the link is on its way").waitFor();
  await look("forgot-password");
  await choosePassword(page, url + (await mailedLink(url, email, "reset_password")), password, look);
}

/** Whoever holds a member's phone and password takes another address; the member stops it from the old one, and only
they come in again, by another password. */
export async function undoTakeover(page, url, email, { password, newPassword }, look) {
  const others = `other.${email}`;
  const before = await mailedLink(url, email, "reset_password");
  await page.getByRole("link", { name: "Settings" }).click();
  const part = page.locator("section", { has: page.getByRole("heading", { name: "E-mail address" }) });
  await part.getByLabel("New address").fill(others);
  await part.getByLabel("Password").fill(password);
  await part.getByRole("button", { name: "Mail the link" }).click();
  await page.getByText(`on its way to ${others}`).waitFor();
  await page.goto(url + (await mailedLink(url, others, "change_email")));
  await page.getByRole("heading", { level: 1, name: "Your new address" }).waitFor();
  await look("confirm-email");
  await page.getByRole("button", { name: "Use this address" }).click();
  await page.getByText("uses this address from now on").waitFor();
  await page.goto(url + (await mailedLink(url, email, "email_change_asked")));
  await page.getByRole("heading", { level: 1, name: "Keep your address" }).waitFor();
  await look("keep-email");
  await page.getByRole("button", { name: "It was not me: stop it" }).click();
  await page.getByText("Your address is yours.").waitFor();
  await choosePassword(page, url + (await mailedLink(url, email, "reset_password", before)), newPassword);
}

async function choosePassword(page, link, password, look = () => Promise.resolve()) {
  await page.goto(link);
  await page.getByRole("heading", { level: 1, name: "Choose a new password" }).waitFor();
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.getByText("at least 12 characters").last().waitFor();
  await look("reset-password");
  await page.getByLabel("New password").fill(password);
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.getByText("Your password is changed.").waitFor();
}

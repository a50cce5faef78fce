import { codeAt, demoNow } from "./codes.mjs";

/** A copy of everything: refused without the right password, then made and fetched. */
export async function keepACopy(page, password, codes, look) {
  const part = page.locator("section", { has: page.getByRole("heading", { name: "A copy of everything" }) });
  const code = part.getByRole("textbox", { name: "Code" });
  await part.getByLabel("Password").fill("not the one at all");
  await code.fill(codes.pop());
  await part.getByRole("button", { name: "Make a copy" }).click();
  await part.getByText("This is not your present password.").waitFor();
  await part.getByLabel("Password").fill(password);
  await code.fill(codes.pop());
  await part.getByRole("button", { name: "Make a copy" }).click();
  const link = part.getByRole("link", { name: "Download" });
  await link.waitFor();
  await look("copy-ready");
  const fetched = await page.request.get(await link.getAttribute("href"));
  if (fetched.headers()["content-type"] !== "application/zip") throw new Error(`The copy is ${fetched.status()}, no ZIP`);
}

/** Set a second factor up from the page that offers it; the recovery codes. */
export async function setUpSecondFactor(page, url, password, look) {
  const button = (name) => page.getByRole("button", { name, exact: true });
  await page.getByText("You need an authenticator app").waitFor();
  await page.getByLabel("Password").fill(password);
  await look("second-factor");
  await button("Go on").click();
  await page.getByRole("img", { name: /QR code/ }).waitFor();
  await look("second-factor-scan");
  const secret = await page.locator("p.tracking-wider").textContent();
  await page.getByRole("textbox", { name: "Code" }).fill("000000");
  await button("Turn it on").click();
  await page.getByText("This code is not right").waitFor();
  await page.getByRole("textbox", { name: "Code" }).fill(codeAt(secret, await demoNow(url)));
  await button("Turn it on").click();
  await page.getByRole("heading", { level: 1, name: "Keep your recovery codes" }).waitFor();
  await look("recovery-codes");
  const codes = await page.locator("ol li").allTextContents();
  await button("I have kept them").click();
  await page.getByText("It is on.").waitFor();
  await look("second-factor-on");
  return codes;
}

/** One of the staff sets up the second factor that the pages ask for, and decides on the photo that was appealed. */
export async function decideOnPhoto(page, url, { email, password, codes }, look) {
  await page.goto(`${url}/staff/photos`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  let known = codes;
  if (known) {
    await page.getByRole("textbox", { name: "Code" }).fill(known.pop());
    await page.getByRole("button", { name: "Sign in" }).click();
  }
  const askWhy = async () => {
    await page.getByLabel("Why do you look?").fill("Ticket 4711");
    await page.getByRole("button", { name: "Look", exact: true }).click();
  };
  await page.getByLabel("Why do you look?").waitFor();
  await look("staff-why");
  await askWhy();
  if (!known) {
    await page.getByText("Set up a second factor first").waitFor();
    await look("staff-second-factor-needed");
    await page.getByRole("link", { name: "Set it up" }).click();
    known = await setUpSecondFactor(page, url, password, () => Promise.resolve());
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("link", { name: "Photos that wait" }).click();
    await askWhy();
  }
  await page.getByText("It is the cup from which I drink").waitFor();
  await page.locator("article img").evaluate((image) => image.decode());
  await page.getByRole("button", { name: "Decide and mail" }).click();
  await page.getByText("Decide first.").waitFor();
  await look("staff-photos");
  await page.getByRole("radio", { name: "Approve it" }).check();
  await page.getByLabel("Why", { exact: true }).fill("It shows nobody, and as a further photo it need not.");
  await page.getByRole("button", { name: "Decide and mail" }).click();
  await page.getByText("One decision was made and mailed.").waitFor();
  await page.getByText("Nothing waits").waitFor();
  await look("staff-done");
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "What staff did" }).click();
  await askWhy();
  await page.getByText("POST /api/staff/photos/{photo_id}/review").first().waitFor();
  await look("staff-audit");
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "Breach register" }).click();
  await askWhy();
  await page.getByText("Nothing is on record").waitFor();
  await look("staff-breaches");
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "Suspensions" }).click();
  await askWhy();
  await page.getByRole("button", { name: "Decide and mail" }).click();
  await page.getByText("Decide first.").waitFor();
  await look("staff-suspensions");
  return known;
}

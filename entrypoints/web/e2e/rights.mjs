import { codeAt, demoNow } from "./codes.mjs";

/** What a member doubts, and what a person of the staff answers. */
export const DOUBT = "Everybody I meet lives far away.";
export const ANSWER = "Your own bounds reach that far; nobody nearer fits both ways at present.";

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

/** A member has a person look at whom they are introduced to, and reads the answer. */
export async function askAPerson(page, staffAnswers) {
  await page.getByLabel("What seems wrong?").fill(DOUBT);
  await page.getByRole("button", { name: "Ask a person" }).click();
  await page.getByText(/^To be answered by/).waitFor();
  await staffAnswers();
  await page.reload();
  await page.getByText(ANSWER).waitFor();
}

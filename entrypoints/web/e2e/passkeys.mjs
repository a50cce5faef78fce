/** A device that has passkeys and whose owner agrees to whatever it asks, beside this page's browser. */
async function authenticator(page) {
  const browser = await page.context().newCDPSession(page);
  await browser.send("WebAuthn.enable");
  await browser.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
  });
  return browser;
}

/** A member adds a passkey, which their device has only once, signs in with it, and removes it. They end where they began,
at the page of their second factor. */
export async function passkey(page, url, { password, codes, signIn }, look) {
  const button = (name) => page.getByRole("button", { name, exact: true });
  const part = page.locator("section", { has: page.getByRole("heading", { name: "Passkeys" }) });
  const prove = async () => {
    await part.getByLabel("Password").fill(password);
    await part.getByRole("textbox", { name: "Code" }).fill(codes.pop());
  };
  const device = await authenticator(page);
  await part.getByText("You have no passkey yet.").waitFor();
  await button("Add a passkey").click();
  await part.getByRole("textbox", { name: "Name" }).fill("Laptop");
  await prove();
  await look("passkey-add");
  await button("Make the passkey").click();
  await part.getByText(/^Added: Laptop/).waitFor();
  await button("Add a passkey").click();
  await prove();
  await button("Make the passkey").click();
  await part.getByText("has a passkey here already").waitFor();
  await look("passkey-taken");

  await button("Sign out").click();
  await page.getByRole("heading", { level: 1, name: /Know why/ }).waitFor();
  await page.goto(`${url}/privacy/second-factor`);
  await signIn();
  await button("Use a passkey").waitFor();
  await look("sign-in-passkey");
  await button("Use a passkey").click();

  await part.getByText(/last used on/).waitFor();
  await button("Remove Laptop").click();
  await prove();
  await look("passkey-remove");
  await button("Remove this passkey").click();
  await part.getByText(/^Removed: Laptop/).waitFor();
  await part.getByText("You have no passkey yet.").waitFor();
  await device.detach();
}

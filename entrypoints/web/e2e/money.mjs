/** From the plans to paying, with every answer a bank can give, to changing, buying once, leaving and being paid back. */
export async function upgrade(page, look) {
  const button = (name) => page.getByRole("button", { name, exact: true });
  const heading = (name) => page.getByRole("heading", { level: 1, name }).waitFor();
  const pay = () => page.getByRole("button", { name: /^Pay / }).click();
  const card = (ending) => page.getByRole("radio", { name: new RegExp(ending) }).check();

  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "See plans and payments" }).click();
  await heading("Membership");
  await page.getByRole("link", { name: "Choose Premium" }).waitFor();
  await page.getByText("You have not paid anything.").waitFor();
  await look("plans");

  await page.getByRole("link", { name: "Choose Premium" }).click();
  await heading("Premium, month by month");
  for (const choice of await page.getByRole("radio").all()) {
    if (await choice.isChecked()) throw new Error("A card is chosen that nobody chose");
  }
  await pay();
  await page.getByText("Choose a test card.").waitFor();
  await look("checkout");
  await card("0002");
  await pay();
  await page.getByText("The payment was declined").waitFor();
  await look("checkout-declined");
  await card("3155");
  await pay();
  await page.getByText("The test bank asks").waitFor();
  await look("checkout-bank");
  await button("No").click();
  await page.getByText("The payment was not confirmed").waitFor();
  await card("3155");
  await pay();
  await button("Yes, it is mine").click();
  await page.getByText("Thank you. Your plan has begun.").waitFor();
  await look("checkout-done");
  await page.getByRole("link", { name: "Back to membership" }).click();

  await page.getByText("You have Premium").waitFor();
  await page.getByRole("link", { name: "Change to Elite" }).click();
  await heading("Change to Elite");
  await page.getByText("at once").waitFor();
  await look("checkout-change");
  await pay();
  await button("Yes, it is mine").click();
  await page.getByText("Thank you. Your plan is changed.").waitFor();
  await page.getByRole("link", { name: "Back to membership" }).click();
  await page.getByText("You have Elite").waitFor();

  await page.getByRole("link", { name: /^Practice pack for/ }).click();
  await card("4242 4242");
  await pay();
  await page.getByText("Thank you. It is yours.").waitFor();
  await page.getByRole("link", { name: "Back to membership" }).click();
  await page.getByRole("link", { name: /^Receipt of/ }).nth(2).waitFor();
  await look("membership");
  await page.getByRole("link", { name: /^Receipt of/ }).last().click();
  await page.getByText("Total, tax included", { exact: true }).waitFor();
  await look("receipt");
  await page.getByRole("link", { name: "Back to membership" }).click();

  await button("Cancel").click();
  await look("cancel-sure");
  await button("Cancel the plan").click();
  await page.getByText("It is cancelled.").waitFor();
  await button("Let it go on").click();
  await page.getByText("It goes on as before.").waitFor();
  await page.getByRole("button", { name: /^Withdraw and be paid back/ }).click();
  await button("Withdraw").click();
  await page.getByRole("link", { name: "Choose Premium" }).waitFor();
  await page.reload();
  await page.getByText(/Paid back/).first().waitFor();
  await look("paid-back");
  await page.getByRole("link", { name: /^Credit note of/ }).first().click();
  await heading("Credit note");
  await page.getByRole("button", { name: "Print" }).waitFor();
  await look("credit-note");
}

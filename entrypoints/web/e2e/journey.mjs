import { fileURLToPath } from "node:url";
import { forgottenPassword, undoTakeover } from "./account.mjs";
import { mailedLink, sleepUntilMorning } from "./demo.mjs";
import { upgrade } from "./money.mjs";
import { passkey } from "./passkeys.mjs";
import { expiredSession, LOOKED_AT, offline, wrongPhoto } from "./refusals.mjs";
import { askAPerson, keepACopy, setUpSecondFactor } from "./rights.mjs";

const PORTRAIT = fileURLToPath(new URL("../../probe_photos/portrait.jpg", import.meta.url));
const FIRST_PASSWORD = "six quiet boats at noon";
const SECOND_PASSWORD = "seven loud markets at dawn";
const PASSWORD = "eight slow trains at dusk";
const TIME_ZONE = "Europe/London";
const STATEMENTS = 18;
/** Whoever is liked answers when the demo comes to it, behind everything else that the morning brought about. */
const MATCHED_WITHIN_MS = 30_000;
/** In which somebody has been introduced too of those who were liked, but for one journey in very many. */
const MORNINGS = 4;
const LOOK_AGAIN_MS = 4_000;

/** From a first visit to a match and out again, as a member would, with `look` at every page on the way; staff decide on a photo and
answer a doubt. */
export async function journey(page, url, email, look, staff) {
  const button = (name) => page.getByRole("button", { name, exact: true });
  const heading = (name) => page.getByRole("heading", { level: 1, name }).waitFor();
  const signIn = async (password = PASSWORD) => {
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill(password);
    await button("Sign in").click();
  };

  await page.goto(url);
  await heading(/Know why/);
  await look("welcome");
  await page.getByRole("main").getByRole("link", { name: "Join" }).click();
  await heading("Join SaltBitter");
  await button("Join").click();
  await page.getByText("Please fill this in.").first().waitFor();
  await look("join-incomplete");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(FIRST_PASSWORD);
  await page.getByLabel("Date of birth").fill("1992-03-14");
  for (const agreement of await page.getByRole("checkbox").all()) {
    if (await agreement.isChecked()) throw new Error("An agreement is ticked that nobody gave");
    await agreement.check();
  }
  await button("Join").click();
  await heading("Look into your mailbox");
  await look("check-mail");
  await page.goto(url + (await mailedLink(url, email)));
  await heading("Confirm your address");
  await look("verify");
  await button("Confirm").click();
  await heading("Sign in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("not the one at all");
  await button("Sign in").click();
  await page.getByText("do not belong together").waitFor();
  await look("sign-in-refused");
  await forgottenPassword(page, url, email, SECOND_PASSWORD, look);
  await signIn(SECOND_PASSWORD);

  await heading("About you");
  await page.getByLabel("First name").fill("Mira");
  await page.getByRole("group", { name: "I am" }).getByLabel("Woman").check();
  await page.getByRole("switch").click();
  await page.getByRole("group", { name: "I would like to meet" }).getByLabel("Man", { exact: true }).check();
  await page.getByLabel("About me").fill("I like quiet boats and loud markets.");
  await look("about");
  await button("Save and go on").click();

  await heading("A little more");
  await page.getByLabel("Add an answer").selectOption({ label: "Ask me about…" });
  await button("Save and go on").click();
  await page.getByText("Write an answer, or take it away.").first().waitFor();
  await page.getByRole("textbox", { name: "Ask me about…" }).fill("The boat that nobody wanted.");
  await page.getByRole("switch", { name: "Keep, show and match by my religion" }).click();
  await page.getByLabel("Belief").selectOption({ label: "Agnostic" });
  await look("story");
  await button("Save and go on").click();

  await heading("Your photos");
  await wrongPhoto(page, look, staff.decideOnPhoto);
  await page.locator("input[type=file]").setInputFiles(PORTRAIT);
  await page.getByLabel("Closer").fill("1.2");
  await look("crop");
  await button("Use this part").click();
  await page.getByText("Others can see it", { exact: true }).waitFor(LOOKED_AT);
  await page.locator("article img").evaluate((image) => image.decode());
  await look("photos");
  await button("Go on").click();

  await heading("Whom you hope to meet");
  await page.getByLabel("To", { exact: true }).fill("35");
  await page.getByText(/people are left\.$|people fit so far/).first().waitFor();
  await look("preferences");
  await button("Save and go on").click();

  await heading("What you love");
  for (const interest of ["Hiking", "Cooking", "Jazz", "Cinema", "Board games", "Museums"]) {
    await page.getByLabel(interest, { exact: true }).check();
  }
  await look("interests");
  await button("Save and go on").click();

  await heading("What matters to you");
  const groups = await page.getByRole("group").all();
  for (const [index, group] of groups.entries()) await group.getByLabel(String((index * 3) % 8), { exact: true }).check();
  await look("values");
  await button("Save and go on").click();

  await heading("What we may use");
  await page.getByRole("switch").first().waitFor();
  const given = await page.getByRole("switch", { checked: true }).count();
  if (given !== 2) throw new Error("Other consents are given than the two that were");
  await look("consents");
  await button("Go on").click();

  await heading("How you are close to others");
  await look("attachment");
  await page.getByRole("link", { name: "See how it works" }).click();
  await page.getByRole("switch").click();
  await button("Begin").click();
  await page.getByText("Statement 1 of").waitFor();
  await look("statement");
  for (let statement = 1; statement <= STATEMENTS; statement += 1) {
    await page.getByText(`Statement ${statement} of`).waitFor();
    await page.keyboard.press(String((statement % 5) + 1));
    if (statement === 4) {
      await page.reload();
      await button("Go on where I stopped").click();
    }
  }
  await button("Hand in and see").click();
  await heading("Insights");
  await page.getByRole("img", { name: /Map of closeness/ }).waitFor();
  await look("insights");

  await sleepUntilMorning(url, TIME_ZONE);
  await page.getByRole("link", { name: "Today" }).click();
  await page.getByRole("article").first().waitFor();
  await look("today");
  const first = page.getByRole("article").first();
  await first.getByRole("button", { name: "Add a note to a like" }).click();
  await first.getByLabel(/^A note to/).fill("Which boat was the quietest?");
  await first.getByRole("button", { name: /^Pass on/ }).click();
  await first.getByText(/^You passed on/).waitFor();
  await first.getByRole("button", { name: "Take it back" }).click();
  await first.getByRole("button", { name: /^Like / }).waitFor();
  let liked = await likeEverybody(page);
  await look("today-decided");

  await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Matches" }).click();
  await heading("Matches");
  for (let morning = 1; !(await matched(page)); morning += 1) {
    if (morning === MORNINGS) throw new Error(`${liked} people were liked on ${morning} mornings, and none liked back. The page says: ${await words(page)}`);
    await sleepUntilMorning(url, TIME_ZONE);
    await page.goto(`${url}/today`);
    liked += await likeEverybody(page);
    await page.goto(`${url}/matches`);
  }
  await look("matches");
  await page.getByRole("link", { name: "Who likes you" }).click();
  await page.getByText("Part of Premium and Elite").waitFor();
  await look("likes");
  await page.getByRole("main").getByRole("link", { name: "Search" }).click();
  await heading("Search");
  await button("Search").click();
  await page.getByText("Give a word or choose an interest.").waitFor();
  await page.getByLabel("Words").fill("zzz");
  await button("Search").click();
  await page.getByText("Nobody says this").waitFor();
  await look("search-none");
  await page.getByLabel("Words").fill("and");
  await button("Search").click();
  await page.getByText(/^Match since/).first().waitFor();
  await look("search");
  await page.getByRole("main").getByRole("link", { name: "Matches" }).click();
  await page.getByText(/^Since/).first().waitFor();
  await page.getByRole("main").getByRole("listitem").getByRole("heading").getByRole("link").first().click();
  await page.getByText(/like each other$/).waitFor();
  await look("person");
  await page.getByRole("button", { name: /^Block/ }).click();
  await button("Block").click();
  await heading("Today");

  await offline(page, look);
  await page.getByRole("button", { name: /^Lift the block/ }).waitFor();
  await askAPerson(page, staff.answerDoubt);
  await button("Every decision so far").click();
  await look("privacy");
  await upgrade(page, look);

  await undoTakeover(page, url, email, { password: SECOND_PASSWORD, newPassword: PASSWORD }, look);
  await signIn();
  await heading("Today");
  await expiredSession(page, url, signIn);
  const codes = await setUpSecondFactor(page, url, PASSWORD, look);
  await passkey(page, url, { password: PASSWORD, codes, signIn }, look);
  await page.goto(`${url}/privacy`);
  await keepACopy(page, PASSWORD, codes, look);

  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByText(`Signed in as ${email}`).waitFor();
  await look("settings");
  await page.getByRole("link", { name: "Edit the profile" }).click();
  await page.getByRole("region", { name: "As others see you" }).waitFor();
  await look("profile");
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("radio", { name: "Deutsch" }).click();
  await heading("Einstellungen");
  await page.getByRole("radio", { name: "English" }).click();
  await heading("Settings");
  await page.getByRole("link", { name: "Privacy" }).click();
  await deleteAccount(page, "not the one at all");
  await page.getByText("This is not your present password.").waitFor();
  await deleteAccount(page, PASSWORD);
  await page.getByText("Your account is closed").waitFor();
  await look("deleted");
  await button("Leave").click();
  await page.goto(url + (await mailedLink(url, email, "leaving")));
  await signIn();
  await heading("One more step");
  await look("sign-in-code");
  await page.getByRole("textbox", { name: "Code" }).fill(codes.pop());
  await button("Sign in").click();
  await heading("Today");
  await page.getByRole("link", { name: "Privacy" }).click();
  await button("Sign out").click();
  await heading(/Know why/);
  await page.goto(`${url}/privacy`);
  await signIn();
  await page.getByRole("textbox", { name: "Code" }).fill(codes.pop());
  await button("Sign in").click();
  await deleteAccount(page, PASSWORD);
  await button("Leave").click();
  await page.getByRole("link", { name: "Sign in" }).first().waitFor();
  await page.goto(`${url}/appeal`);
  await heading("Appeal");
  await look("appeal");
  await page.goto(`${url}/nowhere`);
  await heading("There is no such page");
  await look("not-found");
}

/** Like whoever is there today; how many that is. */
async function likeEverybody(page) {
  await page.getByRole("article").first().waitFor();
  const likes = page.getByRole("button", { name: /^Like / });
  const liked = await likes.count();
  for (let left = liked; left > 0; left -= 1) {
    await likes.first().click();
    await page.waitForFunction((count) => document.querySelectorAll('button[aria-label^="Like "]').length < count, left);
  }
  return liked;
}

/** Whether somebody liked back. Only who was introduced too can, which not everybody is on the morning they are met. */
async function matched(page) {
  const match = page.getByText(/^Since/).first();
  const answered = match.or(page.getByRole("heading", { name: "No match yet" })).or(page.getByRole("alert")).first();
  for (const began = Date.now(); ; await page.reload()) {
    await answered.waitFor();
    if (await match.isVisible()) return true;
    if (Date.now() - began > MATCHED_WITHIN_MS) return false;
    await page.waitForTimeout(LOOK_AGAIN_MS);
  }
}

const words = async (page) => (await page.getByRole("main").innerText()).replaceAll(/\s+/g, " ");

async function deleteAccount(page, password) {
  const part = page.locator("section", { has: page.getByRole("heading", { name: "Delete the account" }) });
  await part.getByLabel("Password").fill(password);
  await part.getByRole("button", { name: "Delete my account" }).click();
}

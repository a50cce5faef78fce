import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import de from "./de";
import deWords from "./deWords";
import en from "./en";

type Tree = { [key: string]: string | Tree };

function texts(tree: Tree, path = ""): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === "string" ? [[path + key, value] as const] : [...texts(value, `${path}${key}.`)],
    ),
  );
}

const english = texts(en);
const german = texts({ ...de, words: {} });
const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !file.includes(".test."))
  .map((file) => [file, readFileSync(join("src", file), "utf8")] as const);
const sources = files.map(([, source]) => source).join("\n");
const pages = files.filter(([file]) => file.endsWith(".tsx"));

/** Attributes that are read aloud or shown. */
const SHOWN = new Set(["alt", "title", "label", "hint", "placeholder", "aria-label", "aria-description", "aria-valuetext", "lead"]);

/** What an expression shows as it is, whichever way it turns out. */
function shown(node: ts.Node | undefined): string[] {
  if (!node) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node) || ts.isJsxExpression(node)) return shown(node.expression);
  if (ts.isConditionalExpression(node)) return [...shown(node.whenTrue), ...shown(node.whenFalse)];
  if (ts.isBinaryExpression(node)) return [...shown(node.left), ...shown(node.right)];
  if (ts.isTemplateExpression(node)) return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)];
  return [];
}

/** The texts of a page that stand in it as they are: between tags, and in what is read aloud. */
function literals(file: string, source: string): [string, string][] {
  const found: [string, string][] = [];
  const visit = (node: ts.Node) => {
    if (ts.isJsxText(node)) found.push([file, node.text.trim()]);
    const told = ts.isJsxExpression(node) ? !ts.isJsxAttribute(node.parent) : ts.isJsxAttribute(node) && SHOWN.has(node.name.getText());
    if (told) found.push(...shown(ts.isJsxAttribute(node) ? node.initializer : node).map((text): [string, string] => [file, text]));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX));
  return found;
}

/** Names, which are the same in every language. */
const NAMES = new Set(["SaltBitter"]);

/** What German says by the same word. */
const ALIKE = ["likes.matches", "matches.title", "paidFor.elite", "paidFor.premium", "passkeys.title", "secondFactor.code", "shell.matches", "tier.elite", "tier.free", "tier.premium"];

test("every language says the same things", () => {
  expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
});

test("every language is given the same names and numbers", () => {
  const given = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map(([, name]) => name).sort();
  for (const [key, text] of english) expect(given(german.get(key) ?? ""), key).toEqual(given(text));
});

test("German is not English left where it was", () => {
  const same = [...english].filter(([key, text]) => /[a-z]{3}/i.test(text.replace(/{{\w+}}/g, "")) && german.get(key) === text).map(([key]) => key);
  expect(same.sort()).toEqual(ALIKE);
});

test("no page says anything that is not among the words", () => {
  const said = pages.flatMap(([file, source]) => literals(file, source));
  expect(said.filter(([, text]) => /\p{L}{2}/u.test(text) && !NAMES.has(text)).map(([file, text]) => `${file}: ${text}`)).toEqual([]);
});

test("whatever the pages ask for is there", () => {
  const asked = [...sources.matchAll(/\b(?:t|said)\((?:[\w.?! ]+\? )?"([\w.]+)"(?: : "([\w.]+)")?/g)].flatMap(([, one, other]) =>
    other === undefined ? [one] : [one, other],
  );
  const missing = asked.filter((key) => key !== undefined && !english.has(key) && !english.has(`${key}_other`));
  expect(asked.length).toBeGreaterThan(200);
  expect(missing).toEqual([]);
});

test("nothing is said that no page asks for", () => {
  const families = new Set([...sources.matchAll(/`([\w.]+)\.\$\{/g)].map(([, family]) => family));
  const unasked = [...english.keys()].filter((key) => {
    const plain = key.replace(/_(one|other)$/, "");
    const parts = plain.split(".");
    return !sources.includes(`"${plain}"`) && !parts.some((_, length) => families.has(parts.slice(0, length).join(".")));
  });
  expect(unasked).toEqual([]);
});

test("German has a word for whatever the product's catalogue can hold", () => {
  const document = JSON.parse(readFileSync("../../docs/openapi.json", "utf8")) as {
    components: { schemas: Record<string, { enum?: string[]; properties?: { interests?: { items: { enum: string[] } } } }> };
  };
  const { schemas } = document.components;
  const vocabularies = {
    gender: "Gender",
    intention: "Intention",
    has_children: "HasChildren",
    wants_children: "WantsChildren",
    smoking: "Smoking",
    drinking: "Drinking",
    education: "Education",
    religion: "Religion",
    importance: "Importance",
    orientation: "Orientation",
    deal_breaker: "DealBreaker",
    visibility: "Visibility",
    distance_band: "DistanceBand",
    value: "BasicValue",
    value_description: "BasicValue",
  } as const;
  for (const [name, schema] of Object.entries(vocabularies)) {
    expect(Object.keys(deWords[name as keyof typeof vocabularies]).sort(), name).toEqual([...(schemas[schema]?.enum ?? [])].sort());
  }
  const interests = schemas["ProfileContent"]?.properties?.interests?.items.enum ?? [];
  expect(Object.keys(deWords.interest).sort()).toEqual([...interests].sort());
});

test("there are words for whatever the API tells of the day and of an erasure by a code", () => {
  const [, reasons = ""] = /^WHY_SHORT = \(None, (.*)\)$/m.exec(readFileSync("../../saltbitter_domain/compatibility/records.py", "utf8")) ?? [];
  const mailed = readFileSync("../../adapters/mail/kept.py", "utf8");
  expect(Object.keys(en.short).map((code) => `"${code}"`).join(", ")).toBe(reasons);
  const places = [...mailed.matchAll(/^ {4}"([\w:/]+)": {$/gm)].map(([, place = ""]) => place.replace(/\W/g, ""));
  expect(Object.keys(en.kept)).toEqual(places);
});

/** What no page of ours can bring about, or which it acts on without showing it. */
const UNSEEN = new Set(
  "access_token_missing access_token_refused assessment_missing body_incomplete body_too_large consent_required_for_account cross_site_session delivery_report_refused delivery_report_too_large delivery_report_unchecked delivery_reports_off export_missing gateway_event_refused gateway_event_too_large idempotency_key_malformed idempotency_key_reused if_match_malformed if_match_required json_malformed media_missing media_type_refused photo_order_invalid questionnaire_missing refresh_token_missing route_missing session_header_malformed".split(" "),
);
/** What is told by the words of each field at fault. */
const BY_FIELD = new Set("answers_invalid appeal_invalid decision_invalid email_refused password_refused profile_invalid registration_invalid request_invalid review_refused search_invalid".split(" "));

test("whatever the API may refuse a member is said in every language", () => {
  const { paths } = JSON.parse(readFileSync("../../docs/openapi.json", "utf8")) as { paths: Record<string, Record<string, { responses: Record<string, { description: string }> }>> };
  const refusals = Object.entries(paths).flatMap(([path, methods]) =>
    path.startsWith("/api/staff/")
      ? []
      : Object.values(methods).flatMap(({ responses }) => Object.values(responses).flatMap(({ description }) => (description.startsWith("One of: ") ? [...description.matchAll(/`(\w+)`/g)] : []))),
  );
  const codes = new Set(refusals.map(([, code = ""]) => code));
  expect(codes.size).toBeGreaterThan(80);
  expect([...codes].filter((code) => !english.has(`problem.${code}`) && !UNSEEN.has(code) && !BY_FIELD.has(code))).toEqual([]);
});

/** What our forms do not send, what their refusal says as a whole, and what is for others than members. */
const UNSEEN_OF_FIELDS = new Set([
  ..."block_apart cursor_unknown duplicates nul_character only_with_a_like not_a_choice not_a_permutation not_array not_boolean not_date not_instant not_number not_object not_text not_uuid not_whole_number too_large too_small unknown_field wrong_form".split(" "),
  ..."consent_needed not_usable outdated".split(" "),
  ..."dimension_missing forgotten length not_stored_yet out_of_order refusal_unfit required text_missing type".split(" "),
]);

test("whatever the API may find wrong with a member's field is said in every language", () => {
  const python = ["../../saltbitter_domain", "../../entrypoints/http"].flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: "utf8" }).flatMap((file) => (file.endsWith(".py") ? readFileSync(join(root, file), "utf8") : [])),
  );
  const naming = python.filter((source) => /\b(?:FieldProblem|Fault)\(/.test(source)).join("\n");
  // A code stands before its sentence, or second in the problem.
  const coded = [...naming.matchAll(/"([a-z_]{4,})",\s*f?"[A-Z“]|\b(?:FieldProblem|_wrong)\(\s*[^,()]+,\s*"(\w+)"/g)];
  const codes = new Set(coded.map(([, before, second]) => before ?? second ?? ""));
  expect(codes.size).toBeGreaterThan(45);
  const without = [...codes].filter((code) => !english.has(`field.${code}`) && !english.has(`problem.${code}`));
  expect(without.sort()).toEqual([...UNSEEN_OF_FIELDS].sort());
});

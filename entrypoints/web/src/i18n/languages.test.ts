import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
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
const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !file.includes(".test."))
  .map((file) => readFileSync(join("src", file), "utf8"))
  .join("\n");

test("every language says the same things", () => {
  expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
});

test("every language is given the same names and numbers", () => {
  const given = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map(([, name]) => name).sort();
  for (const [key, text] of english) expect(given(german.get(key) ?? ""), key).toEqual(given(text));
});

test("whatever the pages ask for is there", () => {
  const asked = [...sources.matchAll(/\bt\((?:[\w.?! ]+\? )?"([\w.]+)"(?: : "([\w.]+)")?/g)].flatMap(([, one, other]) =>
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

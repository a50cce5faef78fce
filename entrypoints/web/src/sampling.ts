import { readFileSync } from "node:fs";

/** Answers for tests that need any valid one: made from the API's own document, with nothing said that need not be. */
interface Schema {
  $ref?: string;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  type?: string;
  format?: string;
  minimum?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
}
interface Operation {
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

export const ID = "01890000-0000-7000-8000-000000000001";
const TEXTS: Record<string, string> = { "date-time": "2026-05-04T06:00:00Z", date: "2026-05-04", uuid: ID };
const document = JSON.parse(readFileSync("../../docs/openapi.json", "utf8")) as Document;

/** What the document calls a text and the platform wants to know. */
const KNOWN: Record<string, unknown> = { currency: "USD" };

export function sample(schema: Schema): unknown {
  if (schema.$ref !== undefined) return sample(document.components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {});
  if (schema.anyOf) return schema.anyOf.some(({ type }) => type === "null") ? null : sample(schema.anyOf[0] ?? {});
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case "array":
      return [sample(schema.items ?? {})];
    case "boolean":
      return false;
    case "integer":
    case "number":
      return schema.minimum ?? 1;
    case "string":
      return TEXTS[schema.format ?? ""] ?? "Some words";
    default:
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, KNOWN[name] ?? sample(inner)]));
  }
}

/** A `fetch` that answers every operation of the API with a sample of what it promises, or with what is `given` for it. */
export function answers(given: Record<string, unknown> = {}): (asked: Request | string | URL) => Promise<Response> {
  const operations = Object.entries(document.paths).map(([path, methods]) => ({
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`),
    methods,
  }));
  return (asked) => {
    const request = asked instanceof Request ? asked : new Request(new URL(String(asked), location.origin), { method: "POST" });
    const { pathname } = new URL(request.url);
    const operation = operations.find(({ pattern }) => pattern.test(pathname))?.methods[request.method.toLowerCase()];
    const found = Object.entries(operation?.responses ?? {}).find(([status]) => status.startsWith("2"));
    if (!found) return Promise.resolve(Response.json({ code: "route_missing", detail: pathname, status: 404 }, { status: 404 }));
    if (pathname in given) return Promise.resolve(Response.json(given[pathname]));
    const schema = Object.values(found[1].content ?? {})[0]?.schema;
    return Promise.resolve(schema ? Response.json(sample(schema), { status: Number(found[0]) }) : new Response(null, { status: 204 }));
  };
}

import { answer, api, newKey, type Schemas } from "../../api/client";
import { isProblem } from "../../api/problem";

export type Order = Schemas["OrderView"];

/** What is about to be ordered, at which price and on which terms. */
export type Intent =
  | { kind: "subscribe"; tier: Schemas["Tier"]; price: Schemas["Money"] }
  | { kind: "change"; quote: Schemas["Quote"] }
  | { kind: "buy"; product: Schemas["ProductName"]; price: Schemas["Money"] };

export function dueNow(intent: Intent): Schemas["Money"] {
  return intent.kind === "change" ? intent.quote.due_now : intent.price;
}

/** What the address names, with its price asked for; null when there is no such thing for sale. */
export async function intentOf(kind: string, item: string): Promise<Intent | null> {
  if (kind === "buy") {
    const product = (await answer(api.GET("/api/products"))).items.find(({ name }) => name === item);
    return product ? { kind, product: product.name, price: product.price } : null;
  }
  const plan = (await answer(api.GET("/api/plans"))).items.find(({ tier, price }) => tier === item && price.amount_minor > 0);
  if (plan && kind === "subscribe") return { kind, tier: plan.tier, price: plan.price };
  if (plan && kind === "change") {
    const quote = await answer(api.GET("/api/me/subscription/changes", { params: { query: { tier: plan.tier } } }));
    return { kind, quote };
  }
  return null;
}

/** Sends an intent. One of which no answer came is sent again as it was, with its key and its card: it is one order. */
export function ordering(): (intent: Intent, method: string) => Promise<Order> {
  let unanswered: { key: string; method: string } | null = null;
  return async (intent, method) => {
    unanswered ??= { key: newKey(), method };
    const params = { header: { "Idempotency-Key": unanswered.key } };
    const payment_method = unanswered.method;
    try {
      const order = await send(intent, params, payment_method);
      unanswered = null;
      return order;
    } catch (error) {
      if (isProblem(error, "payment_refused")) unanswered = null;
      throw error;
    }
  };
}

function send(intent: Intent, params: { header: { "Idempotency-Key": string } }, payment_method: string): Promise<Order> {
  if (intent.kind === "buy") return answer(api.POST("/api/purchases", { params, body: { product: intent.product, payment_method } }));
  if (intent.kind === "subscribe") return answer(api.POST("/api/subscriptions", { params, body: { tier: intent.tier, payment_method } }));
  const { tier, quoted_at } = intent.quote;
  return answer(api.POST("/api/me/subscription/changes", { params, body: { tier, quoted_at } }));
}

export function orderNow(order_id: string): Promise<Order> {
  return answer(api.GET("/api/me/orders/{order_id}", { params: { path: { order_id } } }));
}

import type { Ref } from "react";
import type { Schemas } from "../../api/client";

/** Who takes the card: Stripe's own form, or in a demo the form for tests. */
export interface Payer {
  /** The gateway's name for the card; null where the form itself says what is missing. */
  method: () => Promise<string | null>;
  /** Have the member confirm the payment with their bank. Answers whether they did. */
  confirm: (clientSecret: string) => Promise<boolean>;
}

export interface PayerProps {
  ref: Ref<Payer>;
  /** Whether a card is needed at all: a change is paid with the card that is known. */
  asks: boolean;
  amount: Schemas["Money"];
  monthly: boolean;
}

const { dataset } = document.documentElement;
export const DEMO = "demo" in dataset;
/** By which Stripe knows us; empty where no cards are taken, and undefined in a document that is not the checkout's. */
export const STRIPE_KEY = dataset["checkout"];

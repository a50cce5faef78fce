import type { Stripe, StripeElements } from "@stripe/stripe-js";
import { loadStripe } from "@stripe/stripe-js/pure";
import { useEffect, useImperativeHandle, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemError } from "../../api/problem";
import { FieldError } from "../../design/Field";
import { ProblemNotice } from "../../design/Notice";
import { Loading } from "../../design/Page";
import { STRIPE_KEY, type PayerProps } from "./payers";

/**
 * Stripe's own form in Stripe's own frames: we never see a card number, only the name that Stripe gives the card. Its
 * script is asked for here and nowhere else, and goes with the page.
 */
export default function StripeCard({ ref, asks, amount, monthly }: PayerProps) {
  const { t, i18n } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  const form = useRef<{ stripe: Stripe; elements: StripeElements } | null>(null);
  const [ready, setReady] = useState(false);
  const [away, setAway] = useState<unknown>(null);
  const [wrong, setWrong] = useState<string | undefined>();
  const { amount_minor, currency } = amount;

  useEffect(() => {
    let gone = false;
    let drop = () => {};
    const begin = async () => {
      const stripe = await loadStripe(STRIPE_KEY ?? "", { locale: i18n.language === "de" ? "de" : "en" });
      if (gone || !stripe) return;
      const elements = stripe.elements({
        mode: monthly ? "subscription" : "payment",
        amount: amount_minor,
        currency: currency.toLowerCase(),
        allowedPaymentMethodTypes: ["card"],
        paymentMethodCreation: "manual",
        appearance: look(),
      });
      form.current = { stripe, elements };
      if (!asks || !place.current) {
        setReady(true);
        return;
      }
      const card = elements.create("payment");
      card.on("ready", () => setReady(true));
      card.on("loaderror", () => setAway(new ProblemError({ code: "payment_gateway_away", detail: "" })));
      card.mount(place.current);
      drop = () => card.destroy();
    };
    begin().catch(() => {
      if (!gone) setAway(new ProblemError({ code: "payment_gateway_away", detail: "" }));
    });
    return () => {
      gone = true;
      form.current = null;
      drop();
    };
  }, [asks, amount_minor, currency, monthly, i18n.language]);

  useImperativeHandle(ref, () => ({
    method: async () => {
      if (!form.current) return null;
      const { stripe, elements } = form.current;
      const { error: incomplete } = await elements.submit();
      if (incomplete) return null; // Stripe's form shows beside each field what is wrong with it.
      const { error, paymentMethod } = await stripe.createPaymentMethod({ elements });
      setWrong(error?.message);
      return paymentMethod?.id ?? null;
    },
    confirm: async (clientSecret) => {
      if (!form.current) throw new ProblemError({ code: "payment_gateway_away", detail: "" });
      const { error } = await form.current.stripe.handleNextAction({ clientSecret });
      return error === undefined;
    },
  }));

  return (
    <div className="grid gap-3">
      <ProblemNotice error={away} retry={() => location.reload()} />
      {ready || away ? null : <Loading rows={1} />}
      <div ref={place} aria-label={t("checkout.card")} role="group" />
      <FieldError error={wrong} />
    </div>
  );
}

/** Stripe's form in our colours, which are those of the theme now. */
function look() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    variables: {
      colorPrimary: colour("--sea"),
      colorBackground: colour("--surface"),
      colorText: colour("--ink"),
      colorTextSecondary: colour("--soft"),
      colorDanger: colour("--alarm"),
      fontFamily: "system-ui, sans-serif",
      borderRadius: "8px",
    },
  };
}

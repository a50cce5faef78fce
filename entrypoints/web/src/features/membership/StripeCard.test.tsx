import { render, waitFor } from "@testing-library/react";
import { createRef } from "react";
import { expect, test, vi } from "vitest";
import type { Payer } from "./payers";
import StripeCard from "./StripeCard";

const stripe = {
  elements: vi.fn(),
  createPaymentMethod: vi.fn(),
  handleNextAction: vi.fn(),
};
const elements = { create: vi.fn(), submit: vi.fn() };
const card = { on: vi.fn(), mount: vi.fn(), destroy: vi.fn() };
vi.mock("@stripe/stripe-js/pure", () => ({ loadStripe: () => Promise.resolve(stripe) }));

function shown(asks = true) {
  stripe.elements.mockReturnValue(elements);
  elements.create.mockReturnValue(card);
  const payer = createRef<Payer>();
  const page = render(<StripeCard ref={payer} asks={asks} amount={{ amount_minor: 1999, currency: "USD" }} monthly />);
  return { payer, page };
}

test("we are told Stripe's name for the card and nothing of the card itself", async () => {
  const { payer, page } = shown();
  await waitFor(() => expect(card.mount).toHaveBeenCalled());
  expect(stripe.elements.mock.calls[0]?.[0]).toMatchObject({ mode: "subscription", amount: 1999, currency: "usd", allowedPaymentMethodTypes: ["card"] });
  elements.submit.mockResolvedValue({ error: { message: "Incomplete." } });
  expect(await payer.current?.method()).toBe(null);
  elements.submit.mockResolvedValue({});
  stripe.createPaymentMethod.mockResolvedValue({ error: { message: "This card is no card." } });
  expect(await payer.current?.method()).toBe(null);
  expect(await page.findByText("This card is no card.")).toBeTruthy();
  stripe.createPaymentMethod.mockResolvedValue({ paymentMethod: { id: "pm_1" } });
  expect(await payer.current?.method()).toBe("pm_1");
  page.unmount();
  expect(card.destroy).toHaveBeenCalled();
});

test("a change asks for no card, and the bank may still want it confirmed", async () => {
  card.mount.mockClear();
  const { payer, page } = shown(false);
  await waitFor(() => expect(page.container.querySelector("[role=status]")).toBe(null));
  stripe.handleNextAction.mockResolvedValueOnce({}).mockResolvedValueOnce({ error: { message: "Not confirmed." } });
  expect(await payer.current?.confirm("secret")).toBe(true);
  expect(await payer.current?.confirm("secret")).toBe(false);
  expect(card.mount).not.toHaveBeenCalled();
});

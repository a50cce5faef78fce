import { useId, useImperativeHandle, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { FieldError } from "../../design/Field";
import { Notice } from "../../design/Notice";
import { ProblemError, problemOf } from "../../api/problem";
import type { PayerProps } from "./payers";

/** Cards as the gateway's test mode has them: the name says what becomes of a payment. */
const CARDS = {
  good: "pm_card_visa",
  bank: "pm_card_authenticationRequired",
  declined: "pm_card_chargeDeclined",
  renewal: "pm_card_chargeFailsAtRenewal",
  disputed: "pm_card_createDispute",
} as const;
type TestCard = keyof typeof CARDS;

/** The demo's form: made-up cards of which none is chosen beforehand, and a bank that asks. No money moves. */
export default function TestCards({ ref, asks }: PayerProps) {
  const { t } = useTranslation();
  const id = useId();
  const [card, setCard] = useState<TestCard | null>(null);
  const [missing, setMissing] = useState(false);
  const [bank, setBank] = useState<{ answer: (agreed: boolean) => void } | null>(null);
  const first = useRef<HTMLInputElement>(null);
  useImperativeHandle(ref, () => ({
    method: () => {
      setMissing(card === null);
      if (card === null) first.current?.focus();
      return Promise.resolve(card && CARDS[card]);
    },
    confirm: async (clientSecret) => {
      const agreed = await new Promise<boolean>((answer) => setBank({ answer }));
      setBank(null);
      if (agreed) await askBank(clientSecret);
      return agreed;
    },
  }));
  if (bank) {
    return (
      <Notice tone="warm" role="alert" title={t("testCards.bank")}>
        <p>{t("testCards.bankWords")}</p>
        <div className="flex flex-wrap gap-3">
          <Button look="quiet" onClick={() => bank.answer(true)}>
            {t("testCards.agree")}
          </Button>
          <Button look="quiet" onClick={() => bank.answer(false)}>
            {t("testCards.decline")}
          </Button>
        </div>
      </Notice>
    );
  }
  if (!asks) return null;
  return (
    <fieldset aria-describedby={missing ? `${id}-error` : undefined} className="grid gap-3 rounded-md border border-dashed border-bitter bg-bitter-wash p-4 sm:p-5">
      <legend className="rounded-full bg-bitter px-3 py-0.5 text-sm font-semibold text-surface">{t("testCards.mark")}</legend>
      <p className="text-sm">{t("testCards.words")}</p>
      {(Object.keys(CARDS) as TestCard[]).map((each, index) => (
        <label key={each} htmlFor={`${id}-${each}`} className="grid min-h-12 grid-cols-[auto_1fr] items-center gap-x-3 rounded-sm border border-edge bg-surface px-4 py-2.5">
          <input
            ref={index === 0 ? first : undefined}
            id={`${id}-${each}`}
            type="radio"
            name={id}
            checked={card === each}
            onChange={() => {
              setCard(each);
              setMissing(false);
            }}
            className="size-5 shrink-0 accent-sea"
          />
          <span className="font-semibold tabular-nums">{t(`testCards.card.${each}.number`)}</span>{" "}
          <span className="col-start-2 text-sm text-soft">{t(`testCards.card.${each}.words`)}</span>
        </label>
      ))}
      <FieldError id={`${id}-error`} error={missing ? t("testCards.choose") : undefined} />
    </fieldset>
  );
}

async function askBank(client_secret: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch("/demo/bank", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ client_secret }) });
  } catch {
    throw new ProblemError({ code: "offline", detail: "The demo's bank could not be reached." });
  }
  if (!response.ok) throw await problemOf(response);
}

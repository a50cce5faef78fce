import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { Button, TextButton } from "../../design/Button";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Card } from "../../design/Page";
import { useFormat } from "../../i18n/format";
import { CONTRACT, type Contract } from "./membership";

const ENDINGS = {
  cancel: () => answer(api.POST("/api/me/subscription/cancel")),
  resume: () => answer(api.POST("/api/me/subscription/resume")),
  withdraw: () => answer(api.POST("/api/me/subscription/withdraw")),
};
type Ending = keyof typeof ENDINGS;

/** The subscription that runs, and how it ends: one press and one more to be sure, with nothing asked in between. */
export function ContractCard({ contract }: { contract: Contract }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const [now] = useState(Date.now);
  const [sure, setSure] = useState<Ending | null>(null);
  const [done, setDone] = useState<Schemas["OrderView"] | null>(null);
  const end = useMutation({
    mutationFn: (ending: Ending) => ENDINGS[ending](),
    onSuccess: (order) => {
      setSure(null);
      setDone(order);
    },
    onSettled: () => Promise.all([CONTRACT, ["subscription"], ["payments"]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  const plan = t(`tier.${contract.tier}`);
  const ends = format.day(contract.period_ends_at);
  const withdrawable = Date.parse(contract.withdrawable_until) > now;
  return (
    <Card className="grid gap-5">
      <div className="grid gap-1">
        <h2 className="text-xl">{t("contract.title", { plan: t(`tier.${contract.paid_tier}`) })}</h2>
        <p>{contract.renews ? t("contract.renews", { day: ends, price: format.money(contract.price) }) : t("contract.ends", { day: ends })}</p>
        {contract.renews && contract.tier !== contract.paid_tier ? <p>{t("contract.becomes", { day: ends, plan })}</p> : null}
      </div>
      {contract.past_due ? (
        <Notice tone="alarm">
          <p>{t("contract.pastDue")}</p>
          <Portal />
        </Notice>
      ) : null}
      {done ? (
        <Notice role="status">
          <p>{t(done.state === "done" ? `contract.done.${done.kind}` : "contract.onItsWay", { day: ends })}</p>
        </Notice>
      ) : null}
      <ProblemNotice error={end.error} />
      {sure ? (
        <Sure words={t(`contract.sure.${sure === "cancel" && contract.past_due ? "owed" : sure}`, { day: ends })} action={t(`contract.do.${sure}`)} busy={end.isPending} onDo={() => end.mutate(sure)} onLeave={() => setSure(null)} />
      ) : (
        <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
          {contract.renews ? (
            <Button look="quiet" onClick={() => setSure("cancel")}>
              {t("contract.cancel")}
            </Button>
          ) : (
            <Button look="quiet" busy={end.isPending} onClick={() => end.mutate("resume")}>
              {t("contract.resume")}
            </Button>
          )}
          {withdrawable ? <TextButton onClick={() => setSure("withdraw")}>{t("contract.withdraw", { day: format.day(contract.withdrawable_until) })}</TextButton> : null}
        </div>
      )}
    </Card>
  );
}

/** What a press does, once more before it is done. Both ways out look the same. */
function Sure({ words, action, busy, onDo, onLeave }: { words: ReactNode; action: string; busy: boolean; onDo: () => void; onLeave: () => void }) {
  const { t } = useTranslation();
  return (
    <Notice>
      <p>{words}</p>
      <div className="flex flex-wrap gap-3">
        <Button look="quiet" busy={busy} onClick={onDo}>
          {action}
        </Button>
        <Button look="quiet" onClick={onLeave}>
          {t("form.cancel")}
        </Button>
      </div>
    </Notice>
  );
}

/** Cards and invoices are seen to at the gateway, at an address that is good for minutes. */
function Portal() {
  const { t } = useTranslation();
  const open = useMutation({
    mutationFn: () => answer(api.POST("/api/me/subscription/portal")),
    onSuccess: ({ url }) => location.assign(url),
  });
  return (
    <>
      <ProblemNotice error={open.error} />
      <div>
        <Button look="quiet" busy={open.isPending} onClick={() => open.mutate()}>
          {t("contract.portal")}
        </Button>
      </div>
    </>
  );
}

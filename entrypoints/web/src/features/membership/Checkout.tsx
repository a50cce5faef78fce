import { useMutation, useQuery } from "@tanstack/react-query";
import { Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemError } from "../../api/problem";
import { lazy } from "../../app/lazy";
import { BrowserLink, Button } from "../../design/Button";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Card, Loading, Page } from "../../design/Page";
import { useFormat } from "../../i18n/format";
import { dueNow, intentOf, ordering, orderNow, type Intent, type Order } from "./intents";
import { DEMO, STRIPE_KEY, type Payer } from "./payers";
import { Terms } from "./Terms";

const Form = DEMO ? lazy(() => import("./TestCards")) : lazy(() => import("./StripeCard"));
const LOOK_AGAIN_MS = 10_000;

/** The one page where money is paid: what for, how much, when again, and how one gets out of it. */
export default function Checkout({ kind, item }: { kind: string; item: string }) {
  const { t } = useTranslation();
  const intent = useQuery({ queryKey: ["intent", kind, item], queryFn: () => intentOf(kind, item), staleTime: Infinity, gcTime: 0 });
  const here = useOwnDocument();
  if (!here) return null;
  const selling = DEMO || STRIPE_KEY;
  return (
    <Page title={t(`checkout.${intent.data?.kind ?? "title"}`, { what: intent.data ? nameOf(intent.data, t) : "" })}>
      <ProblemNotice error={intent.error} retry={() => void intent.refetch()} />
      {intent.isPending ? <Loading /> : null}
      {intent.data === null ? <Notice>{t("checkout.noSuch")}</Notice> : null}
      {intent.data && !selling ? <Notice>{t("problem.payment_gateway_off")}</Notice> : null}
      {intent.data && selling ? <Pay intent={intent.data} onOutdated={() => void intent.refetch()} /> : null}
      {intent.isError || intent.data === null || (intent.data && !selling) ? <Back /> : null}
    </Page>
  );
}

function nameOf(intent: Intent, t: (key: string) => string): string {
  if (intent.kind === "buy") return t(`product.${intent.product}.name`);
  return t(`tier.${intent.kind === "change" ? intent.quote.tier : intent.tier}`);
}

/**
 * The page has a policy of its own, under which it may ask Stripe: the document must be its own, and none but its own.
 * Whoever comes or goes without the browser's doing is followed by a load.
 */
function useOwnDocument(): boolean {
  const own = STRIPE_KEY !== undefined || performance.getEntriesByType("navigation").some((entry) => (entry as PerformanceNavigationTiming).type === "reload");
  useEffect(() => {
    if (!own) location.reload();
    return () => {
      if (STRIPE_KEY && !location.pathname.startsWith("/checkout/")) location.reload();
    };
  }, [own]);
  return own;
}

function Pay({ intent, onOutdated }: { intent: Intent; onOutdated: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const payer = useRef<Payer>(null);
  const [place] = useState(ordering);
  const asks = intent.kind !== "change";
  const due = dueNow(intent);
  const pay = useMutation({
    mutationFn: async () => {
      const method = asks ? ((await payer.current?.method()) ?? null) : "";
      return method === null ? null : confirmed(await place(intent, method), payer.current);
    },
    onError: (error) => {
      if (error instanceof ProblemError && error.code === "quote_outdated") onOutdated();
    },
  });
  if (pay.data) return <Outcome first={pay.data} onAgain={pay.reset} />;
  return (
    <form
      noValidate
      className="grid gap-6"
      onSubmit={(event) => {
        event.preventDefault();
        if (!pay.isPending) pay.mutate();
      }}
    >
      <Card>
        <Terms intent={intent} />
      </Card>
      <Suspense fallback={<Loading rows={1} />}>
        {due.amount_minor > 0 ? <Form ref={payer} asks={asks} amount={due} monthly={intent.kind !== "buy"} /> : null}
        <ProblemNotice error={pay.error} />
        <div className="flex flex-wrap gap-3">
          <Button type="submit" busy={pay.isPending}>
            {due.amount_minor > 0 ? t("checkout.pay", { sum: format.money(due) }) : t("checkout.changeDo")}
          </Button>
          <BrowserLink look="quiet" href="/subscription">
            {t("checkout.leave")}
          </BrowserLink>
        </div>
      </Suspense>
    </form>
  );
}

/** The order, after the member was asked to confirm it if their bank wants that. */
async function confirmed(order: Order, payer: Payer | null): Promise<Order> {
  if (order.state !== "requires_action" || !order.client_secret || !payer) return order;
  if (await payer.confirm(order.client_secret)) return orderNow(order.id);
  throw new ProblemError({ code: "not_confirmed", detail: "The payment was not confirmed." });
}

/** What became of the order, asked again by itself while nobody knows. */
function Outcome({ first, onAgain }: { first: Order; onAgain: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const latest = useQuery({
    queryKey: ["order", first.id],
    queryFn: () => orderNow(first.id),
    initialData: first,
    staleTime: LOOK_AGAIN_MS,
    refetchInterval: (query) => (query.state.data && settled(query.state.data) ? false : LOOK_AGAIN_MS),
  });
  const order = latest.data;
  if (order.state === "refused") {
    return (
      <>
        <Notice tone="alarm" role="alert">
          <p>{t(`checkout.refused.${order.reason ?? "not_accepted"}`)}</p>
        </Notice>
        <div className="flex flex-wrap gap-3">
          <Button onClick={onAgain}>{t("state.tryAgain")}</Button>
          <Back />
        </div>
      </>
    );
  }
  return (
    <>
      <Notice tone={order.state === "done" ? "calm" : "warm"} role="status" title={t(order.state === "done" ? `checkout.done.${order.kind}` : "checkout.open")}>
        <p>{t(order.state === "done" ? "checkout.doneWords" : "checkout.openWords")}</p>
        {order.notice ? <p>{t("checkout.notice", { sum: format.money(order.notice) })}</p> : null}
      </Notice>
      <Back />
    </>
  );
}

function settled(order: Order): boolean {
  return order.state === "done" || order.state === "refused";
}

function Back() {
  const { t } = useTranslation();
  return (
    <div>
      <BrowserLink look="quiet" href="/subscription">
        {t("checkout.back")}
      </BrowserLink>
    </div>
  );
}

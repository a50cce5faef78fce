import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button, TextButton } from "../../design/Button";
import { Notice } from "../../design/Notice";
import { Card, Loading, Page } from "../../design/Page";
import { StaffProblem } from "./StaffProblem";
import { WhyNow } from "./WhyNow";

/** Travels with whatever staff ask for and do: why they do it. */
export interface Reason {
  "X-Audit-Reason": string;
}

interface QueueProps<T> {
  /** Under which the answer is remembered while the page is open. */
  name: string;
  title: string;
  lead: string;
  load: (header: Reason) => Promise<{ items: readonly T[] }>;
  card: (item: T, header: Reason, onDecided: () => void) => ReactNode;
}

/** What waits for a person of the staff, shown to those who say why they look. */
export function Queue<T extends { id: string }>({ title, lead, ...queue }: QueueProps<T>) {
  const [why, setWhy] = useState<string | null>(null);
  return (
    <Page wide title={title} lead={lead}>
      {why === null ? <WhyNow onSaid={setWhy} /> : <Waiting {...queue} why={why} onAnew={() => setWhy(null)} />}
    </Page>
  );
}

interface WaitingProps<T> extends Omit<QueueProps<T>, "title" | "lead"> {
  why: string;
  onAnew: () => void;
}

function Waiting<T extends { id: string }>({ name, load, card, why, onAnew }: WaitingProps<T>) {
  const { t } = useTranslation();
  const header = { "X-Audit-Reason": why };
  const [decided, setDecided] = useState<string[]>([]);
  const loaded = useQuery({ queryKey: [name, why], gcTime: 0, queryFn: () => load(header) });
  const waiting = loaded.data?.items.filter((item) => !decided.includes(item.id));
  return (
    <>
      <p className="text-sm text-soft">
        {t("staff.lookingFor", { why })} <TextButton onClick={onAnew}>{t("staff.anew")}</TextButton>
      </p>
      <StaffProblem error={loaded.error} retry={() => void loaded.refetch()} />
      {loaded.isPending ? <Loading /> : null}
      {decided.length > 0 ? <Notice role="status">{t("staff.decided", { count: decided.length })}</Notice> : null}
      {waiting?.length === 0 ? (
        <Card className="grid justify-items-start gap-3">
          <h2 className="text-lg">{t("staff.none")}</h2>
          <Button look="quiet" onClick={() => void loaded.refetch()}>
            {t("staff.lookAgain")}
          </Button>
        </Card>
      ) : null}
      <ul className="grid gap-6">
        {waiting?.map((item) => <li key={item.id}>{card(item, header, () => setDecided((before) => [...before, item.id]))}</li>)}
      </ul>
    </>
  );
}

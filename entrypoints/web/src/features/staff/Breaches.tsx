import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { Button, TextButton } from "../../design/Button";
import { Card, Loading } from "../../design/Page";
import { useFormat } from "../../i18n/format";
import { BreachState, WhenDue } from "./BreachState";
import { StaffProblem } from "./StaffProblem";

/** The register of breaches: suspected and confirmed, opened last first. */
export function Breaches({ why, onChosen }: { why: string; onChosen: (id: string) => void }) {
  const { t } = useTranslation();
  const breaches = useInfiniteQuery({
    queryKey: ["staff-breaches", why],
    gcTime: 0,
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/staff/breaches", {
          params: { query: pageParam === null ? {} : { cursor: pageParam }, header: { "X-Audit-Reason": why } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const all = breaches.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <StaffProblem error={breaches.error} retry={() => void breaches.refetch()} />
      {breaches.isPending ? <Loading /> : null}
      {breaches.data && all.length === 0 ? (
        <Card className="grid gap-3">
          <h2 className="text-lg">{t("breach.none")}</h2>
          <p className="text-soft">{t("breach.noneWords")}</p>
        </Card>
      ) : null}
      <ul className="grid gap-4">
        {all.map((breach) => (
          <li key={breach.id}>
            <Row breach={breach} onChosen={() => onChosen(breach.id)} />
          </li>
        ))}
      </ul>
      {breaches.hasNextPage ? (
        <div>
          <Button look="quiet" busy={breaches.isFetchingNextPage} onClick={() => void breaches.fetchNextPage()}>
            {t("matches.more")}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function Row({ breach, onChosen }: { breach: Schemas["BreachView"]; onChosen: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card className="grid gap-2">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 className="text-lg">{t(`breach.kinds.${breach.kind}`)}</h2>
        <BreachState breach={breach} />
      </div>
      <p className="text-sm text-soft">{t("breach.opened", { when: format.moment(breach.opened_at) })}</p>
      <WhenDue breach={breach} />
      <div>
        <TextButton onClick={onChosen} aria-label={t("breach.openIt", { kind: t(`breach.kinds.${breach.kind}`), when: format.moment(breach.opened_at) })}>
          {t("breach.open")}
        </TextButton>
      </div>
    </Card>
  );
}

import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Button, TextButton } from "../../design/Button";
import { ProblemNotice } from "../../design/Notice";
import { Loading } from "../../design/Page";
import { useFormat } from "../../i18n/format";

/** Every decision the member took, oldest first, as it is kept. */
export function ConsentHistory() {
  const { t } = useTranslation();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const history = useInfiniteQuery({
    queryKey: ["consent-history"],
    enabled: open,
    queryFn: ({ pageParam }) =>
      answer(api.GET("/api/me/consents/history", { params: { query: pageParam === null ? {} : { cursor: pageParam } } })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const records = history.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="grid gap-3">
      <div>
        <TextButton aria-expanded={open} onClick={() => setOpen(!open)}>
          {t("consents.history")}
        </TextButton>
      </div>
      {open ? (
        <>
          {history.isPending ? <Loading rows={1} /> : null}
          <ProblemNotice error={history.error} retry={() => void history.refetch()} />
          <ol className="grid gap-2 text-sm">
            {records.map((record) => (
              <li key={record.id} className="flex flex-wrap justify-between gap-x-4 border-b border-line pb-2">
                <span>
                  {t(record.granted ? "consents.gave" : "consents.tookBack", { purpose: t(`purpose.${record.purpose}`) })}
                </span>
                <span className="text-soft">{t("consents.recorded", { at: format.moment(record.at), version: record.text_version })}</span>
              </li>
            ))}
          </ol>
          {history.hasNextPage ? (
            <div>
              <Button look="quiet" busy={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
                {t("consents.more")}
              </Button>
            </div>
          ) : null}
        </>
      ) : null}
    </div>
  );
}

import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { answer, api } from "../../api/client";
import { Button, LinkButton } from "../../design/Button";
import { ProblemNotice } from "../../design/Notice";
import { Card, Loading, Page } from "../../design/Page";
import { Picture } from "../../design/Picture";
import { useFormat } from "../../i18n/format";
import { Views } from "../likes/Views";
import { Facts } from "../today/PersonHeader";

/** Everybody whose liking was mutual, newest first. */
export default function Matches() {
  const { t } = useTranslation();
  const format = useFormat();
  const matches = useInfiniteQuery({
    queryKey: ["matches"],
    queryFn: ({ pageParam }) =>
      answer(api.GET("/api/me/matches", { params: { query: pageParam === null ? {} : { cursor: pageParam } } })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const everybody = matches.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page wide title={t("matches.title")} lead={t("matches.lead")} above={<Views />}>
      <ProblemNotice error={matches.error} retry={() => void matches.refetch()} />
      {matches.isPending ? <Loading /> : null}
      {matches.data && everybody.length === 0 ? (
        <Card className="grid justify-items-start gap-3">
          <h2 className="text-lg">{t("matches.none")}</h2>
          <p className="text-soft">{t("matches.noneWords")}</p>
          <LinkButton look="quiet" href="/today">
            {t("matches.toToday")}
          </LinkButton>
        </Card>
      ) : null}
      <ul className="grid gap-5 sm:grid-cols-2 lg:grid-cols-3">
        {everybody.map(({ match, profile }) => (
          <li key={match.id} className="relative overflow-hidden rounded-lg border border-line bg-surface shadow-rest focus-within:border-sea">
            <Picture addresses={profile.photos[0]?.addresses ?? []} alt="" className="aspect-[4/5] w-full" />
            <div className="grid gap-1 p-4">
              <h2 className="text-lg">
                <Link href={`/people/${profile.user_id}`} className="after:absolute after:inset-0">
                  {profile.name}, {profile.age}
                </Link>
              </h2>
              <Facts profile={profile} />
              <p className="text-sm text-soft">{t("matches.since", { day: format.day(match.at) })}</p>
            </div>
          </li>
        ))}
      </ul>
      {matches.hasNextPage ? (
        <div>
          <Button look="quiet" busy={matches.isFetchingNextPage} onClick={() => void matches.fetchNextPage()}>
            {t("matches.more")}
          </Button>
        </div>
      ) : null}
    </Page>
  );
}

import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { answer, api, type Schemas } from "../../api/client";
import { isProblem } from "../../api/problem";
import { Button, LinkButton } from "../../design/Button";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Card, Loading, Page } from "../../design/Page";
import { Picture } from "../../design/Picture";
import { useFormat } from "../../i18n/format";
import { Facts } from "../today/PersonHeader";
import { Decide } from "../today/SuggestionCard";
import { Views } from "./Views";

/** Who likes the member and waits for an answer, where their plan shows it. Where it does not, the page teases nobody. */
export default function Likes() {
  const { t } = useTranslation();
  const likes = useInfiniteQuery({
    queryKey: ["likes"],
    queryFn: ({ pageParam }) =>
      answer(api.GET("/api/me/likes-received", { params: { query: pageParam === null ? {} : { cursor: pageParam } } })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const everybody = likes.data?.pages.flatMap((page) => page.items) ?? [];
  const [answered, setAnswered] = useState<string | null>(null);
  const locked = isProblem(likes.error, "not_entitled");
  return (
    <Page wide title={t("likes.title")} lead={locked ? undefined : t("likes.lead")} above={<Views />}>
      {locked ? (
        <Quiet title={t("likes.locked")} words={t("likes.lockedWords")} href="/subscription" go={t("likes.plans")} />
      ) : (
        <ProblemNotice error={likes.error} retry={() => void likes.refetch()} />
      )}
      <div role="status" className="empty:hidden">
        {answered ? <Notice>{answered}</Notice> : null}
      </div>
      {likes.isPending ? <Loading /> : null}
      {likes.data && everybody.length === 0 ? (
        <Quiet title={t("likes.none")} words={t("likes.noneWords")} href="/today" go={t("matches.toToday")} />
      ) : null}
      <ul className="grid gap-5 md:grid-cols-2">
        {everybody.map((like) => (
          <li key={like.profile.user_id}>
            <LikeCard like={like} onAnswered={setAnswered} />
          </li>
        ))}
      </ul>
      {likes.hasNextPage ? (
        <div>
          <Button look="quiet" busy={likes.isFetchingNextPage} onClick={() => void likes.fetchNextPage()}>
            {t("likes.more")}
          </Button>
        </div>
      ) : null}
    </Page>
  );
}

function Quiet({ title, words, href, go }: { title: string; words: string; href: string; go: string }) {
  return (
    <Card className="grid justify-items-start gap-3">
      <h2 className="text-lg">{title}</h2>
      <p className="max-w-prose text-soft">{words}</p>
      <LinkButton look="quiet" href={href}>
        {go}
      </LinkButton>
    </Card>
  );
}

/** Whoever is answered leaves the page, which says then what came of it. */
function LikeCard({ like: { profile, note, at }, onAnswered }: { like: Schemas["LikeView"]; onAnswered: (words: string) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <article className="grid h-full grid-cols-[7rem_1fr] content-start gap-x-5 gap-y-5 rounded-lg border border-line bg-surface p-5 shadow-rest">
      <Picture addresses={profile.photos[0]?.addresses ?? []} alt="" sizes="7rem" className="aspect-[4/5] w-full rounded-md" />
      <div className="grid content-start gap-1">
        <h2 className="text-lg">
          <Link href={`/people/${profile.user_id}`} className="underline-offset-4 hover:underline">
            {profile.name}, {profile.age}
          </Link>
        </h2>
        <Facts profile={profile} />
        <p className="text-sm text-soft">{t("likes.at", { day: format.day(at) })}</p>
      </div>
      <div className="col-span-2 grid gap-5">
        {note ? (
          <figure className="grid gap-1 border-l-2 border-bitter pl-4">
            <figcaption className="text-sm text-soft">{t("likes.note", { name: profile.name })}</figcaption>
            <blockquote className="font-display text-lg break-words">{note}</blockquote>
          </figure>
        ) : null}
        <Decide profile={profile} onDecided={(_, { match, decision }) => onAnswered(t(match ? "today.matched" : decision.kind === "like" ? "today.liked" : "today.passed", { name: profile.name }))} />
      </div>
    </article>
  );
}

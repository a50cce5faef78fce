import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { answer, api } from "../../api/client";
import { Button, LINK, TextButton } from "../../design/Button";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Card, Loading, Page } from "../../design/Page";
import { Picture } from "../../design/Picture";
import { useWorded } from "../../i18n/worded";
import { Bands, Reasons } from "./Explanation";
import { Facts, Portrait } from "./PersonHeader";
import { Decide } from "./SuggestionCard";

/** Another member, as far as this one may know them. */
export default function Person({ id }: { id: string }) {
  const { t } = useTranslation();
  const person = useQuery({
    ...useWorded("person", id),
    queryFn: () => answer(api.GET("/api/people/{user_id}", { params: { path: { user_id: id } } })),
  });
  if (!person.data) {
    return (
      <Page title={t("person.title")}>
        {person.error ? <ProblemNotice error={person.error} retry={() => void person.refetch()} /> : <Loading />}
      </Page>
    );
  }
  const { profile, explanation, decision, match, note } = person.data;
  return (
    <Page wide title={`${profile.name}, ${profile.age}`} lead={<Facts profile={profile} />} above={<Back matched={match !== null} />}>
      <div className="grid items-start gap-8 md:grid-cols-[minmax(0,22rem)_1fr]">
        <ul className="grid gap-4">
          {profile.photos.map((photo, index) => (
            <li key={photo.id}>
              <Picture addresses={photo.addresses} alt={t("person.photo", { name: profile.name, number: index + 1 })} className="aspect-[4/5] w-full rounded-lg" />
            </li>
          ))}
        </ul>
        <div className="grid gap-6">
          {match ? <Notice tone="warm" title={t("person.matched", { name: profile.name })} /> : null}
          {note ? (
            <Notice title={t("person.note", { name: profile.name })}>
              <blockquote className="font-display text-lg">{note}</blockquote>
            </Notice>
          ) : null}
          <Portrait profile={profile} />
          {explanation ? (
            <Card className="grid gap-4">
              <h2 className="text-lg">{t("today.why", { name: profile.name })}</h2>
              <Bands explanation={explanation} />
              <Reasons explanation={explanation} />
            </Card>
          ) : null}
          {decision === null && !match ? <Decide profile={profile} onDecided={() => void person.refetch()} /> : null}
          <Block userId={profile.user_id} name={profile.name} />
        </div>
      </div>
    </Page>
  );
}

function Back({ matched }: { matched: boolean }) {
  const { t } = useTranslation();
  return (
    <p>
      <Link href={matched ? "/matches" : "/today"} className={LINK}>
        {t(matched ? "person.toMatches" : "person.toToday")}
      </Link>
    </p>
  );
}

/** Parting with somebody: said plainly, confirmed once, and never told to the other. */
function Block({ userId, name }: { userId: string; name: string }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const block = useMutation({
    mutationFn: () => answer(api.POST("/api/me/blocks", { body: { user_id: userId } })),
    onSuccess: async () => {
      go("/today");
      await Promise.all(["today", "matches", "likes", "search", "blocks"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
    },
  });
  if (!asking) {
    return (
      <div>
        <TextButton onClick={() => setAsking(true)}>{t("person.block", { name })}</TextButton>
      </div>
    );
  }
  return (
    <Notice title={t("person.block", { name })}>
      <p className="text-sm">{t("person.blockWords", { name })}</p>
      <ProblemNotice error={block.error} />
      <div className="flex flex-wrap gap-3">
        <Button look="danger" busy={block.isPending} onClick={() => block.mutate()}>
          {t("person.blockDo")}
        </Button>
        <Button look="quiet" onClick={() => setAsking(false)}>
          {t("form.cancel")}
        </Button>
      </div>
    </Notice>
  );
}

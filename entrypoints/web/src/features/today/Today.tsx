import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Redirect } from "wouter";
import { answer, api, newKey, type Schemas } from "../../api/client";
import { mayPass } from "../../api/problem";
import { peopleOfToday } from "../../api/today";
import { Button, LINK, LinkButton, TextButton } from "../../design/Button";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Card, Loading, Page } from "../../design/Page";
import { useFormat } from "../../i18n/format";
import { useWorded } from "../../i18n/worded";
import { PART_AT, useCompleteness, useProfile } from "../onboarding/profile";
import { SuggestionCard } from "./SuggestionCard";

/** Where a member mends what keeps them from taking part. */
const MENDED_AT: Partial<Record<Schemas["Missing"], string>> = {
  create_profile: "/onboarding/about",
  complete_profile: "/onboarding/about",
  agree_genders_sought: "/onboarding/about",
  primary_photo: "/onboarding/photos",
  photo_in_review: "/onboarding/photos",
  paused: "/settings",
};

export default function Today() {
  const { t } = useTranslation();
  const profile = useProfile();
  const [page, setPage] = useState<number | null>(null);
  const [newest, setNewest] = useState<string | null>(null);
  const today = useQuery({
    ...useWorded("today", page),
    queryFn: () => peopleOfToday(page),
  });
  const turnTo = (next: number) => {
    setPage(next);
    // It begins above, and what was pressed stands at its end.
    document.querySelector<HTMLElement>("h1")?.focus();
  };
  // The cards take a slow phone a while: they are made in small steps, between which it still answers its reader.
  const view = useDeferredValue(today.data);
  if (profile.data === null) return <Redirect to="/onboarding/about" replace />;
  return (
    <Page wide title={t("today.title")} lead={view ? <Lead view={view} /> : undefined}>
      <ProblemNotice error={today.error ?? profile.error} retry={() => void Promise.all([today.refetch(), profile.refetch()])} />
      {view || today.error ? null : <Loading />}
      {view?.missing.length ? <MissingParts missing={view.missing} /> : null}
      {view?.suggestions.length ? (
        <ol className="grid gap-6">
          {view.suggestions.map((suggestion, index) => (
            <li key={suggestion.profile.user_id}>
              <SuggestionCard suggestion={suggestion} newest={newest === suggestion.profile.user_id} first={index === 0} onDecided={setNewest} />
            </li>
          ))}
        </ol>
      ) : null}
      {view ? <Pages view={view} onPage={turnTo} /> : null}
      {view && view.missing.length === 0 ? <Foot view={view} /> : null}
      {view && profile.data ? <MoreOfMe /> : null}
    </Page>
  );
}

/** That there are no more today, and when the next come. */
function Foot({ view }: { view: Schemas["DailyView"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  // The first date takes a slow phone as long as a card: it is worked out after them.
  const next = useDeferredValue<string | null>(view.next_at, null);
  return (
    <section className="grid justify-items-center gap-2 py-6 text-center">
      <h2 className="text-xl">{t(view.suggestions.length ? "today.thatsAll" : "today.nobodyYet")}</h2>
      <p className="text-soft">{next ? t("today.next", { when: format.morning(next) }) : "\u00a0"}</p>
      {view.short_because ? <p className="max-w-prose text-sm text-soft">{t(`short.${view.short_because}`)}</p> : null}
    </section>
  );
}

function Lead({ view }: { view: Schemas["DailyView"] }) {
  const { t } = useTranslation();
  const open = view.suggestions.filter(({ decision }) => decision === null).length;
  if (view.missing.length > 0) return t("today.missing");
  return view.suggestions.length === 0 ? null : t("today.count", { count: view.suggestions.length, open });
}

function MissingParts({ missing }: { missing: Schemas["DailyView"]["missing"] }) {
  const { t } = useTranslation();
  return (
    <ul className="grid gap-3">
      {missing.map((part) => {
        const mended = MENDED_AT[part];
        return (
          <li key={part}>
            <Notice tone="warm" title={t(`missing.${part}`)}>
              {mended ? (
                <div>
                  <LinkButton look="quiet" href={mended}>
                    {t("missing.mend")}
                  </LinkButton>
                </div>
              ) : null}
            </Notice>
          </li>
        );
      })}
    </ul>
  );
}

/** Pages of ten, gone to by hand: nothing loads by itself, and nothing is without an end. */
function Pages({ view, onPage }: { view: Schemas["DailyView"]; onPage: (page: number) => void }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  // Asked again after no answer came, it is the same page.
  const unanswered = useRef<string>(null);
  const more = useMutation({
    mutationFn: () => {
      unanswered.current ??= newKey();
      return answer(api.POST("/api/me/daily-matches/next-page", { params: { header: { "Idempotency-Key": unanswered.current } } }));
    },
    onSettled: (_, error) => {
      if (!mayPass(error)) unanswered.current = null;
    },
    onSuccess: (next) => {
      queries.setQueryData(["today", next.page, i18n.language], next);
      onPage(next.page);
    },
  });
  if (view.pages < 2 && !view.may_ask_for_more) return null;
  return (
    <nav aria-label={t("today.pages")} className="grid justify-items-center gap-3">
      <ul className="flex flex-wrap gap-2">
        {Array.from({ length: view.pages }, (_, index) => index + 1).map((page) => (
          <li key={page}>
            <TextButton aria-current={page === view.page ? "page" : undefined} className="min-w-11 aria-[current=page]:font-bold" onClick={() => onPage(page)}>
              {t("today.page", { page })}
            </TextButton>
          </li>
        ))}
      </ul>
      <ProblemNotice error={more.error} />
      {view.may_ask_for_more ? (
        <Button look="quiet" busy={more.isPending} onClick={() => more.mutate()}>
          {t("today.more")}
        </Button>
      ) : null}
    </nav>
  );
}

/** What would help others to know the member, as an offer at the end of the page. */
function MoreOfMe() {
  const { t } = useTranslation();
  const { data } = useCompleteness(true);
  const missing = data?.missing.slice(0, 3) ?? [];
  if (missing.length === 0) return null;
  return (
    <Card className="grid gap-3">
      <h2 className="text-lg">{t("today.moreOfMe")}</h2>
      <ul className="grid gap-2 text-sm">
        {missing.map(({ part }) => (
          <li key={part}>
            <Link href={`/onboarding/${PART_AT[part] ?? "about"}`} className={LINK}>
              {t(`part.${part}.label`)}
            </Link>{" "}
            <span className="text-soft">{t(`part.${part}.why`)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

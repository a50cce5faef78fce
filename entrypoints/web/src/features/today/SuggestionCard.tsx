import { useId, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Schemas } from "../../api/client";
import { useWriting } from "../../api/writing";
import { Button, LINK, TextButton } from "../../design/Button";
import { TextArea } from "../../design/Field";
import { toFocus } from "../../design/focus";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Picture } from "../../design/Picture";
import { useDecide, useUndo } from "./decisions";
import { Bands, Reasons } from "./Explanation";
import { Facts } from "./PersonHeader";

const LONGEST_NOTE = 300;

interface SuggestionCardProps {
  suggestion: Schemas["SuggestionView"];
  /** Whether this is the newest decision, the one that can be taken back. */
  newest: boolean;
  /** Whether nobody stands above them. */
  first: boolean;
  onDecided: (userId: string | null) => void;
}

/** One of the day's people. Both answers weigh the same on the card, and neither is final for ten minutes. */
export function SuggestionCard({ suggestion, newest, first, onDecided }: SuggestionCardProps) {
  const { t } = useTranslation();
  const { profile, explanation, decision } = suggestion;
  const name = useId();
  return (
    <article aria-labelledby={name} className="overflow-hidden rounded-lg border border-line bg-surface shadow-rest">
      <div className="grid md:grid-cols-[minmax(0,20rem)_1fr]">
        <Picture
          addresses={profile.photos[0]?.addresses ?? []}
          alt={t("today.photoOf", { name: profile.name })}
          first={first}
          className={`w-full ${decision ? "aspect-[3/2] opacity-80" : "aspect-[4/5]"} md:aspect-auto md:h-full md:max-h-[34rem]`}
        />
        <div className="grid content-start gap-5 p-5 sm:p-7">
          <div className="grid gap-1">
            <h2 id={name} className="text-xl">
              <Link href={`/people/${profile.user_id}`} className="underline-offset-4 hover:underline">
                {profile.name}, {profile.age}
              </Link>
            </h2>
            <Facts profile={profile} />
          </div>
          {profile.bio ? <p className="line-clamp-3">{profile.bio}</p> : null}
          {decision ? null : <Bands explanation={explanation} />}
          <details>
            <summary className="min-h-6 font-semibold">{t("today.why", { name: profile.name })}</summary>
            <div className="pt-4">
              <Reasons explanation={explanation} />
            </div>
          </details>
          {decision ? (
            <Decided suggestion={suggestion} newest={newest} onUndone={() => onDecided(null)} />
          ) : (
            <Decide profile={profile} onDecided={onDecided} />
          )}
        </div>
      </div>
    </article>
  );
}

/** Like, with a note or without, or pass. */
export function Decide({ profile, onDecided }: { profile: Schemas["PublicProfile"]; onDecided: (userId: string, outcome: Schemas["DecisionOutcome"]) => void }) {
  const { t } = useTranslation();
  const decide = useDecide();
  const [note, setNote] = useWriting(`note to ${profile.user_id}`, "");
  const [writing, setWriting] = useState(note !== "");
  const say = (kind: "like" | "pass") =>
    decide.mutate(
      { user_id: profile.user_id, kind, ...(writing && kind === "like" ? { note: note.trim() } : {}) },
      { onSuccess: (outcome) => onDecided(profile.user_id, outcome) },
    );
  const { name } = profile;
  return (
    <div className="grid gap-4">
      {writing ? (
        <TextArea ref={toFocus} label={t("today.note", { name })} hint={t("today.noteHint")} maxLength={LONGEST_NOTE} rows={3} value={note} onChange={(event) => setNote(event.target.value)} />
      ) : null}
      <ProblemNotice error={decide.error} />
      <div className="grid grid-cols-2 gap-3 sm:flex">
        <Button look="quiet" busy={decide.isPending} onClick={() => say("pass")} aria-label={t("today.passOn", { name })}>
          {t("today.pass")}
        </Button>
        <Button look="quiet" className="border-sea! text-sea!" busy={decide.isPending} onClick={() => say("like")} aria-label={t("today.likeThem", { name })}>
          {t("today.like")}
        </Button>
      </div>
      {writing ? null : (
        <div>
          <TextButton onClick={() => setWriting(true)}>{t("today.withNote")}</TextButton>
        </div>
      )}
    </div>
  );
}

function Decided({ suggestion, newest, onUndone }: { suggestion: Schemas["SuggestionView"]; newest: boolean; onUndone: () => void }) {
  const { t } = useTranslation();
  const undo = useUndo();
  const words = useRef<HTMLParagraphElement>(null);
  const { profile, decision, match } = suggestion;
  useLayoutEffect(() => {
    if (newest) words.current?.focus();
  }, [newest]);
  const { name } = profile;
  return (
    <Notice tone={match ? "warm" : "calm"}>
      <p ref={words} tabIndex={-1} data-quiet-focus role="status" className="font-semibold">
        {match ? t("today.matched", { name }) : t(decision === "like" ? "today.liked" : "today.passed", { name })}
      </p>
      {match ? (
        <Link href="/matches" className={LINK}>
          {t("today.seeMatches")}
        </Link>
      ) : null}
      <ProblemNotice error={undo.error} />
      {newest && !match ? (
        <div>
          <TextButton busy={undo.isPending} onClick={() => undo.mutate(profile.user_id, { onSuccess: onUndone })}>
            {t("today.undo")}
          </TextButton>
        </div>
      ) : null}
    </Notice>
  );
}

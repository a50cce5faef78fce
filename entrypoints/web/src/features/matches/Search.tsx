import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";
import { answer, api, type Schemas } from "../../api/client";
import { Button } from "../../design/Button";
import { Select, TextField } from "../../design/Field";
import { Form } from "../../design/Form";
import { ProblemNotice } from "../../design/Notice";
import { Card, Loading, Page } from "../../design/Page";
import { Picture } from "../../design/Picture";
import { useFormat } from "../../i18n/format";
import { wrongWith } from "../../i18n/problems";
import { Views } from "../likes/Views";
import { useWords } from "../onboarding/words";
import { Facts } from "../today/PersonHeader";

interface Asked {
  words: string;
  interests: string;
}

const LONGEST = 200;

/** Finding somebody again among the people the member knows of; it leads to nobody new. What is searched for stands in the
address, so that whoever comes back from somebody's page finds it again. */
export default function Search() {
  const { t } = useTranslation();
  const [query, setQuery] = useSearchParams();
  const asked = { words: query.get("words") ?? "", interests: query.get("interests") ?? "" };
  const found = useQuery({
    queryKey: ["search", asked],
    enabled: asked.words !== "" || asked.interests !== "",
    queryFn: () => answer(api.GET("/api/me/acquaintances", { params: { query: asked } })),
  });
  const wrong = wrongWith(found.error, "words", t);
  return (
    <Page wide title={t("search.title")} lead={t("search.lead")} above={<Views />}>
      <SearchForm asked={asked} busy={found.isFetching} wrong={wrong} onAsked={(next) => setQuery({ ...next }, { replace: true })} />
      <ProblemNotice error={wrong ? null : found.error} retry={() => void found.refetch()} />
      {found.isLoading ? <Loading /> : null}
      {found.data ? <Found found={found.data} /> : null}
    </Page>
  );
}

function SearchForm({ asked, busy, wrong, onAsked }: { asked: Asked; busy: boolean; wrong: string | undefined; onAsked: (asked: Asked) => void }) {
  const { t } = useTranslation();
  const { interestGroups } = useWords();
  const [words, setWords] = useState(asked.words);
  const [interests, setInterests] = useState(asked.interests);
  const [missing, setMissing] = useState(false);
  return (
    <Form
      role="search"
      className="grid gap-5 sm:grid-cols-2"
      onSubmit={() => {
        setMissing(words.trim() === "" && interests === "");
        if (words.trim() !== "" || interests !== "") onAsked({ words: words.trim(), interests });
      }}
    >
      <TextField
        type="search"
        label={t("search.words")}
        hint={t("search.wordsHint")}
        maxLength={LONGEST}
        autoComplete="off"
        value={words}
        error={missing ? t("search.missing") : wrong}
        onChange={(event) => setWords(event.target.value)}
      />
      <Select label={t("search.interest")} hint={t("search.interestHint")} value={interests} onChange={(event) => setInterests(event.target.value)}>
        <option value="">{t("search.anything")}</option>
        {interestGroups.map(({ group, interests: ofGroup }) => (
          <optgroup key={group} label={group}>
            {ofGroup.map(({ key, label }) => (
              <option key={key} value={key}>
                {label}
              </option>
            ))}
          </optgroup>
        ))}
      </Select>
      <div>
        <Button type="submit" busy={busy}>
          {t("search.do")}
        </Button>
      </div>
    </Form>
  );
}

function Found({ found }: { found: Schemas["Acquaintances"] }) {
  const { t } = useTranslation();
  const many = found.more ? t("search.more", { count: found.items.length }) : t("search.found", { count: found.items.length });
  return (
    <>
      {found.items.length === 0 ? (
        <Card className="grid gap-3">
          <div role="status">
            <h2 className="text-lg">{t("search.none")}</h2>
          </div>
          <p className="text-soft">{t("search.noneWords")}</p>
        </Card>
      ) : (
        <p role="status" className="font-semibold">
          {many}
        </p>
      )}
      <ul className="grid gap-4 md:grid-cols-2">
        {found.items.map((person) => (
          <li key={person.profile.user_id}>
            <Acquaintance person={person} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Acquaintance({ person: { profile, match, introduced_on, likes_you } }: { person: Schemas["FoundAcquaintance"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  let whence = introduced_on === null ? null : t("search.introduced", { day: format.day(`${introduced_on}T12:00`) });
  if (match) whence = t("search.match", { day: format.day(match.at) });
  else if (likes_you) whence = t("search.likes");
  return (
    <article className="relative grid h-full grid-cols-[6rem_1fr] content-start gap-x-5 rounded-lg border border-line bg-surface p-4 shadow-rest focus-within:border-sea">
      <Picture addresses={profile.photos[0]?.addresses ?? []} alt="" sizes="6rem" className="aspect-[4/5] w-full rounded-md" />
      <div className="grid content-start gap-1">
        <h2 className="text-lg">
          <Link href={`/people/${profile.user_id}`} className="after:absolute after:inset-0">
            {profile.name}, {profile.age}
          </Link>
        </h2>
        <Facts profile={profile} />
        {whence ? <p className="text-sm text-soft">{whence}</p> : null}
      </div>
    </article>
  );
}

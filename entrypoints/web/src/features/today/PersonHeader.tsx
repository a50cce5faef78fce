import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useWords } from "../onboarding/words";

type PublicProfile = Schemas["PublicProfile"];

/** What a member says of themselves in a line or two. */
export function Facts({ profile }: { profile: PublicProfile }) {
  const words = useWords();
  const facts = [
    profile.city,
    words.label("distance_band", profile.distance),
    words.label("intention", profile.intention),
  ].filter(Boolean);
  return <p className="text-sm text-soft">{facts.join(" · ")}</p>;
}

/** The whole profile, as far as others may read it. */
export function Portrait({ profile }: { profile: PublicProfile }) {
  const { t } = useTranslation();
  const words = useWords();
  const format = useFormat();
  const names = new Map(words.languages.map(({ key, label }) => [key, label]));
  const said = [
    [t("profile.pronouns"), profile.pronouns],
    [t("profile.has_children"), words.label("has_children", profile.has_children)],
    [t("profile.wants_children"), words.label("wants_children", profile.wants_children)],
    [t("profile.smoking"), words.label("smoking", profile.smoking)],
    [t("profile.drinking"), words.label("drinking", profile.drinking)],
    [t("profile.education"), words.label("education", profile.education)],
    [t("profile.religion"), words.label("religion", profile.religion)],
    [t("profile.languages"), words.ready ? format.list(profile.languages.map((key) => names.get(key) ?? key)) : null],
  ].filter(([, value]) => value);
  return (
    <div className="grid gap-6">
      {profile.bio ? <p className="whitespace-pre-line">{profile.bio}</p> : null}
      {profile.prompts.map(({ prompt, answer }) => (
        <figure key={prompt} className="grid gap-1 border-l-2 border-bitter pl-4">
          <figcaption className="text-sm text-soft">{words.prompts.find(({ key }) => key === prompt)?.label}</figcaption>
          <blockquote className="font-display text-lg">{answer}</blockquote>
        </figure>
      ))}
      {words.ready && profile.interests.length > 0 ? (
        <ul aria-label={t("profile.interests")} className="flex flex-wrap gap-2 text-sm">
          {profile.interests.map((key) => (
            <li key={key} className="rounded-full bg-sunken px-3 py-1">
              {words.interest(key)}
            </li>
          ))}
        </ul>
      ) : null}
      {said.length > 0 ? (
        <dl className="grid gap-x-6 gap-y-2 text-sm sm:grid-cols-2">
          {said.map(([name, value]) => (
            <div key={name} className="flex flex-wrap justify-between gap-x-3 border-b border-line pb-2">
              <dt className="text-soft">{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </div>
  );
}

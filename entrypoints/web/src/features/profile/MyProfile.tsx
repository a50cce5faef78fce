import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, Redirect } from "wouter";
import { answer, api, type Schemas } from "../../api/client";
import { LINK } from "../../design/Button";
import { ProblemNotice } from "../../design/Notice";
import { Card, Loading, Page } from "../../design/Page";
import { Picture } from "../../design/Picture";
import { STEPS } from "../onboarding/Onboarding";
import { PART_AT, useCompleteness, useProfile, type Profile } from "../onboarding/profile";
import { Facts, Portrait } from "../today/PersonHeader";

/** The member's own profile: how complete it is, as others see it, and the way to change every part. */
export default function MyProfile() {
  const { t } = useTranslation();
  const profile = useProfile();
  const photos = useQuery({ queryKey: ["photos"], queryFn: () => answer(api.GET("/api/me/photos")) });
  if (profile.data === null) return <Redirect to="/onboarding/about" replace />;
  const shown = (photos.data?.items ?? []).filter(({ state }) => state === "approved");
  return (
    <Page wide title={t("mine.title")} lead={t("mine.lead")}>
      <ProblemNotice error={profile.error ?? photos.error} retry={() => void Promise.all([profile.refetch(), photos.refetch()])} />
      {profile.data ? (
        <div className="grid items-start gap-8 md:grid-cols-[1fr_minmax(0,20rem)]">
          <section aria-label={t("mine.preview")} className="grid gap-6">
            {shown.length > 0 ? (
              <ul className="grid grid-cols-2 gap-3 sm:grid-cols-3">
                {shown.map((photo) => (
                  <li key={photo.id}>
                    <Picture addresses={photo.addresses} alt={t("photos.number", { number: photo.position + 1 })} sizes="12rem" className="aspect-[4/5] w-full rounded-md" />
                  </li>
                ))}
              </ul>
            ) : null}
            <Preview profile={profile.data} />
          </section>
          <aside className="grid gap-5">
            <Completeness />
            <Card className="grid gap-3">
              <h2 className="text-lg">{t("mine.parts")}</h2>
              <ul className="grid gap-1">
                {STEPS.filter((step) => step !== "attachment").map((step) => (
                  <li key={step}>
                    <Link href={`/onboarding/${step}`} className={`${LINK} inline-flex min-h-9 items-center`}>
                      {t(`onboarding.${step}.title`)}
                    </Link>
                  </li>
                ))}
              </ul>
            </Card>
          </aside>
        </div>
      ) : (
        <Loading />
      )}
    </Page>
  );
}

function Preview({ profile }: { profile: Profile }) {
  const { content } = profile;
  const seen: Schemas["PublicProfile"] = {
    user_id: profile.user_id,
    name: content.name,
    age: profile.age,
    city: profile.city,
    distance: null,
    photos: [],
    pronouns: content.pronouns ?? null,
    genders: [...content.genders],
    intention: content.intention ?? null,
    has_children: content.has_children ?? null,
    wants_children: content.wants_children ?? null,
    smoking: content.smoking ?? null,
    drinking: content.drinking ?? null,
    education: content.education ?? null,
    religion: content.religion ?? null,
    languages: [...(content.languages ?? [])],
    bio: content.bio ?? "",
    prompts: [...(content.prompts ?? [])],
    interests: [...(content.interests ?? [])],
  };
  return (
    <Card className="grid gap-5">
      <div className="grid gap-1">
        <h2 className="text-xl">
          {seen.name}, {seen.age}
        </h2>
        <Facts profile={seen} />
      </div>
      <Portrait profile={seen} />
    </Card>
  );
}

function Completeness() {
  const { t } = useTranslation();
  const { data } = useCompleteness(true);
  if (!data) return null;
  const { percent, missing } = data;
  return (
    <Card className="grid gap-3">
      <h2 className="text-lg">{t("mine.complete", { percent })}</h2>
      <progress aria-label={t("mine.label", { percent })} max={100} value={percent} className="h-2 w-full" />
      {missing.length === 0 ? <p className="text-soft">{t("mine.whole")}</p> : null}
      <ul className="grid gap-3">
        {missing.map(({ part }) => (
          <li key={part} className="grid gap-0.5">
            <Link href={`/onboarding/${PART_AT[part] ?? "about"}`} className={`${LINK} font-semibold`}>
              {t(`part.${part}.label`)}
            </Link>
            <span className="text-sm text-soft">{t(`part.${part}.why`)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

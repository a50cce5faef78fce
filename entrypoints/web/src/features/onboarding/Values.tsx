import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Form } from "../../design/Form";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Loading } from "../../design/Page";
import type { StepProps } from "./Onboarding";
import { useProfile, useSaveProfile, type ProfileContent } from "./profile";
import { useWords } from "./words";

const RATINGS = [0, 1, 2, 3, 4, 5, 6, 7];

/** The ten basic values, each rated 0–7. Nobody else ever sees the ratings. */
export default function Values({ next }: StepProps) {
  const { t } = useTranslation();
  const words = useWords();
  const { data: profile } = useProfile();
  const save = useSaveProfile();
  const [ratings, setRatings] = useState<Partial<Record<string, number>>>({ ...profile?.content.values });
  const [asked, setAsked] = useState(false);
  if (!words.ready || !profile) return <Loading />;
  const open = words.values.filter(({ key }) => ratings[key] === undefined).length;
  const submit = () => {
    setAsked(true);
    if (open > 0) return;
    save.mutate((content) => ({ ...(content ?? profile.content), values: ratings as ProfileContent["values"] & object }), { onSuccess: next });
  };
  return (
    <Form className="grid gap-6" onSubmit={submit}>
      {words.values.map(({ key, label, description }) => (
        <fieldset key={key} data-wrong={asked && ratings[key] === undefined ? true : undefined} className="grid gap-2 rounded-lg border border-line bg-surface p-4 sm:p-5">
          <legend className="sr-only">{label}</legend>
          <p aria-hidden="true" className="font-display text-lg font-medium">
            {label}
          </p>
          <p className="text-sm text-soft">{description}</p>
          <div className="grid grid-cols-8 gap-1 sm:gap-1.5">
            {RATINGS.map((rating) => (
              <label
                key={rating}
                className={
                  "relative grid min-h-11 place-items-center rounded-sm border font-semibold transition-colors duration-200 " +
                  "has-[:focus-visible]:outline-3 has-[:focus-visible]:outline-offset-2 has-[:focus-visible]:outline-sea " +
                  (ratings[key] === rating ? "border-sea bg-sea text-on-sea" : "border-edge hover:bg-sea-wash")
                }
              >
                <input type="radio" name={key} checked={ratings[key] === rating} onChange={() => setRatings({ ...ratings, [key]: rating })} className="absolute inset-0 h-full w-full cursor-pointer opacity-0" />
                {rating}
              </label>
            ))}
          </div>
          <p aria-hidden="true" className="flex justify-between text-xs text-soft">
            <span>{t("values.least")}</span>
            <span>{t("values.most")}</span>
          </p>
        </fieldset>
      ))}
      {asked && open > 0 ? (
        <Notice tone="warm" role="alert">
          {t("values.open", { count: open })}
        </Notice>
      ) : null}
      {Object.keys(profile.content.values ?? {}).length > 0 ? <p className="text-soft">{t("values.anew")}</p> : null}
      <ProblemNotice error={save.error} />
      <div>
        <Button type="submit" busy={save.isPending}>
          {t("onboarding.save")}
        </Button>
      </div>
    </Form>
  );
}

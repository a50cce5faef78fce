import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Choices } from "../../design/Choices";
import { Select, TextField } from "../../design/Field";
import { Form } from "../../design/Form";
import { ProblemNotice } from "../../design/Notice";
import { Loading } from "../../design/Page";
import { FilterCost, PeopleLeft } from "./FilterCosts";
import { useFilterCosts } from "./filterCosts";
import type { StepProps } from "./Onboarding";
import { EVERY_AGE, useProfile, useSaveProfile, type Preferences } from "./profile";
import { useWords } from "./words";

const DISTANCES = [5, 10, 25, 50, 100, 250, 500] as const;

/** Whom the member would like to meet. What they rule out rules them out for others too, and the page says so. */
export default function PreferencesStep({ next }: StepProps) {
  const { t } = useTranslation();
  const words = useWords();
  const { data: profile } = useProfile();
  const save = useSaveProfile();
  const before = profile?.content.preferences;
  const [min, setMin] = useState(String(before?.ages.min ?? EVERY_AGE.min));
  const [max, setMax] = useState(String(before?.ages.max ?? EVERY_AGE.max));
  const [distance, setDistance] = useState(String(before?.max_distance_km ?? ""));
  const [breakers, setBreakers] = useState<string[]>([...(before?.deal_breakers ?? [])]);
  const [asked, setAsked] = useState(false);
  const ages = { min: Number(min), max: Number(max) };
  const possible = [ages.min, ages.max].every(Number.isInteger) && ages.min >= EVERY_AGE.min && ages.max <= EVERY_AGE.max && ages.min <= ages.max;
  const error = possible ? undefined : t("preferences.agesWrong", EVERY_AGE);
  const wishes = { ages, max_distance_km: distance === "" ? null : Number(distance), deal_breakers: breakers as Preferences["deal_breakers"] };
  const costs = useFilterCosts(possible && before ? ({ ...before, ...wishes } as Preferences) : null).data;
  if (!words.ready || !profile) return <Loading />;
  const submit = () => {
    setAsked(true);
    if (error) return;
    save.mutate(
      (content) => ({
        ...(content ?? profile.content),
        preferences: { ...(content ?? profile.content).preferences, ...wishes } as Preferences,
      }),
      { onSuccess: next },
    );
  };
  return (
    <Form className="grid gap-7" onSubmit={submit}>
      <fieldset className="grid gap-2">
        <legend className="mb-2 font-semibold">{t("preferences.ages")}</legend>
        <div className="grid grid-cols-2 gap-4">
          <TextField label={t("preferences.from")} type="number" inputMode="numeric" min={EVERY_AGE.min} max={EVERY_AGE.max} value={min} error={asked ? error : undefined} onChange={(event) => setMin(event.target.value)} />
          <TextField label={t("preferences.to")} type="number" inputMode="numeric" min={EVERY_AGE.min} max={EVERY_AGE.max} value={max} onChange={(event) => setMax(event.target.value)} />
        </div>
        <FilterCost costs={costs} filter="age" />
      </fieldset>
      <div className="grid gap-2">
        <Select label={t("preferences.distance")} hint={t("preferences.distanceHint")} value={distance} onChange={(event) => setDistance(event.target.value)}>
          <option value="">{t("preferences.anywhere")}</option>
          {DISTANCES.map((km) => (
            <option key={km} value={km}>
              {t("preferences.within", { km })}
            </option>
          ))}
        </Select>
        <FilterCost costs={costs} filter="distance" />
      </div>
      <div className="grid gap-3">
        <Choices many legend={t("preferences.dealBreakers")} hint={t("preferences.dealBreakersHint")} options={words.options("deal_breaker")} chosen={breakers} onChange={setBreakers} />
        {breakers.length > 0 && costs?.people ? (
          <dl className="grid gap-2 text-sm">
            {breakers.map((key) => (
              <div key={key} className="flex flex-wrap justify-between gap-x-4 border-b border-line pb-2">
                <dt className="font-semibold">{words.label("deal_breaker", key)}</dt>
                <dd>
                  <FilterCost costs={costs} filter={`deal_breaker.${key}`} />
                </dd>
              </div>
            ))}
          </dl>
        ) : null}
      </div>
      <PeopleLeft costs={costs} />
      <ProblemNotice error={save.error} />
      <div>
        <Button type="submit" busy={save.isPending}>
          {t("onboarding.save")}
        </Button>
      </div>
    </Form>
  );
}

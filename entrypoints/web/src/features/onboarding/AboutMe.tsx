import { zodResolver } from "@hookform/resolvers/zod";
import type { ChangeEvent } from "react";
import { Controller, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import * as z from "zod/mini";
import { useWriting } from "../../api/writing";
import { Button } from "../../design/Button";
import { Choices } from "../../design/Choices";
import { Select, TextArea, TextField } from "../../design/Field";
import { Form } from "../../design/Form";
import { ProblemNotice } from "../../design/Notice";
import { Loading } from "../../design/Page";
import { required } from "../account/forms";
import { Consents, useConsents } from "../privacy/Consents";
import { said, showInForm, useWrong } from "../../i18n/problems";
import type { StepProps } from "./Onboarding";
import { EVERY_AGE, useProfile, useSaveProfile, type ProfileContent } from "./profile";
import { useWords } from "./words";

const LONGEST_BIO = 500;
const CHOSEN = ["intention", "has_children", "wants_children", "smoking", "drinking", "education"] as const;

/** Who the member is, in their own words. What must be there is asked first; the rest may wait for ever. */
export default function AboutMe({ next }: StepProps) {
  const { t } = useTranslation();
  const words = useWords();
  const { data: profile } = useProfile();
  const save = useSaveProfile();
  const optional = t("form.optional");
  const text = z.string();
  const mayKeep = useConsents().data?.["genders_sought"]?.granted === true;
  const someOf = z.array(text).check(z.minLength(1, said("form.chooseOne")));
  const schema = z.object({
    name: required.check(z.maxLength(50, said("form.tooLong", 50))),
    pronouns: text.check(z.maxLength(30, said("form.tooLong", 30))),
    genders: someOf,
    seeks: mayKeep ? someOf : z.array(text),
    bio: text.check(z.maxLength(LONGEST_BIO, said("form.tooLong", LONGEST_BIO))),
    intention: text,
    has_children: text,
    wants_children: text,
    smoking: text,
    drinking: text,
    education: text,
    languages: z.array(z.string()),
  });
  const content = profile?.content;
  const [bio, writeBio] = useWriting("bio", content?.bio ?? "");
  const form = useForm({
    resolver: zodResolver(schema),
    shouldFocusError: false, // The form itself does, also where what is wrong is a choice.
    defaultValues: {
      name: content?.name ?? "",
      pronouns: content?.pronouns ?? "",
      genders: content?.genders ?? [],
      seeks: content?.preferences.genders ?? [],
      bio,
      intention: content?.intention ?? "",
      has_children: content?.has_children ?? "",
      wants_children: content?.wants_children ?? "",
      smoking: content?.smoking ?? "",
      drinking: content?.drinking ?? "",
      education: content?.education ?? "",
      languages: [...(content?.languages ?? [])] as string[],
    },
  });
  const wrong = useWrong(form.formState.errors);
  const submit = (values: z.infer<typeof schema>) =>
    save.mutate((before) => merged(before, mayKeep ? values : { ...values, seeks: [] }), {
      onSuccess: next,
      onError: (error) => showInForm(error, ["name", "pronouns", "genders", "bio"], form.setError),
    });
  if (!words.ready) return <Loading />;
  const { errors } = form.formState;
  return (
    <Form className="grid gap-7" onSubmit={form.handleSubmit(submit)}>
      <TextField label={t("profile.name")} hint={t("profile.nameHint")} autoComplete="given-name" error={wrong("name")} {...form.register("name")} />
      <TextField label={t("profile.pronouns")} optional={optional} error={wrong("pronouns")} {...form.register("pronouns")} />
      <Consents only={["genders_sought"]} />
      {(mayKeep ? (["genders", "seeks"] as const) : (["genders"] as const)).map((name) => (
        <Controller
          key={name}
          control={form.control}
          name={name}
          render={({ field }) => (
            <Choices many legend={t(`profile.${name}`)} options={words.options("gender")} chosen={field.value} onChange={field.onChange} error={wrong(name)} />
          )}
        />
      ))}
      <TextArea
        label={t("profile.bio")}
        hint={t("profile.bioHint", { count: LONGEST_BIO })}
        optional={optional}
        error={wrong("bio")}
        {...form.register("bio", { onChange: ({ target }: ChangeEvent<HTMLTextAreaElement>) => writeBio(target.value) })}
      />
      <div className="grid gap-5 sm:grid-cols-2">
        {CHOSEN.map((name) => (
          <Select key={name} label={t(`profile.${name}`)} optional={optional} error={wrong(name)} {...form.register(name)}>
            <option value="">{t("form.unsaid")}</option>
            {words.options(name).map(({ key, label }) => (
              <option key={key} value={key}>
                {label}
              </option>
            ))}
          </Select>
        ))}
      </div>
      <Controller
        control={form.control}
        name="languages"
        render={({ field }) => <Languages chosen={field.value} onChange={field.onChange} all={words.languages} />}
      />
      <ProblemNotice error={Object.keys(errors).length > 0 ? null : save.error} />
      <div>
        <Button type="submit" busy={save.isPending}>
          {t("onboarding.save")}
        </Button>
      </div>
    </Form>
  );
}

function merged(before: ProfileContent | null, { seeks, pronouns, ...said }: Record<string, string | string[]>): ProfileContent {
  const known = Object.fromEntries(Object.entries(said).map(([key, value]) => [key, value === "" && key !== "bio" ? null : value]));
  return {
    ...before,
    ...known,
    pronouns: pronouns || null,
    preferences: { ages: EVERY_AGE, max_distance_km: null, deal_breakers: [], ...before?.preferences, genders: seeks },
  } as ProfileContent;
}

/** Few of many: a list to add from, and what was added to take away again. */
function Languages({ chosen, onChange, all }: { chosen: string[]; onChange: (chosen: string[]) => void; all: { key: string; label: string }[] }) {
  const { t } = useTranslation();
  return (
    <div className="grid gap-3">
      <Select
        label={t("profile.languages")}
        optional={t("form.optional")}
        value=""
        onChange={(event) => onChange([...chosen, event.target.value])}
      >
        <option value="">{t("profile.addLanguage")}</option>
        {all
          .filter(({ key }) => !chosen.includes(key))
          .map(({ key, label }) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
      </Select>
      {chosen.length > 0 ? (
        <Choices many quietLegend legend={t("profile.chosenLanguages")} options={all.filter(({ key }) => chosen.includes(key))} chosen={chosen} onChange={onChange} />
      ) : null}
    </div>
  );
}

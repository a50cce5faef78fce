import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useWriting } from "../../api/writing";
import { Button, TextButton } from "../../design/Button";
import { FieldError, Select, TextArea } from "../../design/Field";
import { Form } from "../../design/Form";
import { ProblemNotice } from "../../design/Notice";
import { Card, Loading } from "../../design/Page";
import { wrongWith } from "../../i18n/problems";
import { Consents, useConsents } from "../privacy/Consents";
import type { StepProps } from "./Onboarding";
import { useProfile, useSaveProfile, type ProfileContent } from "./profile";
import { useWords } from "./words";

const MOST = 3;
const LONGEST = 300;

/** What a member may add when they feel like it: answers to prompts, and, with a consent of its own each, a belief and an orientation. */
export default function Story({ next }: StepProps) {
  const { t } = useTranslation();
  const words = useWords();
  const { data: profile } = useProfile();
  const consents = useConsents();
  const save = useSaveProfile();
  const before = profile?.content;
  const [answers, setAnswers] = useWriting("prompts", before?.prompts ?? []);
  const [religion, setReligion] = useState<string>(before?.religion ?? "");
  const [importance, setImportance] = useState<string>(before?.religion_importance ?? "");
  const [orientation, setOrientation] = useState<string>(before?.orientation ?? "");
  const [asked, setAsked] = useState(false);
  if (!words.ready || !profile) return <Loading />;
  const mayKeepReligion = consents.data?.["religion"]?.granted === true;
  const mayKeep = consents.data?.["orientation"]?.granted === true;
  const wrong = (index: number) => wrongWith(save.error, `prompts.${index}.answer`, t);
  const submit = () => {
    setAsked(true);
    if (answers.some(({ answer }) => answer.trim() === "")) return;
    save.mutate(
      (content) =>
        ({
          ...(content ?? profile.content),
          prompts: answers.map(({ prompt, answer }) => ({ prompt, answer: answer.trim() })),
          religion: (mayKeepReligion && religion) || null,
          religion_importance: (mayKeepReligion && importance) || null,
          orientation: mayKeep && orientation ? orientation : null,
        }) as ProfileContent,
      { onSuccess: next },
    );
  };
  return (
    <Form className="grid gap-8" onSubmit={submit}>
      <fieldset className="grid gap-4">
        <legend className="mb-1 font-semibold">{t("story.prompts")}</legend>
        <p className="-mt-2 text-sm text-soft">{t("story.promptsHint")}</p>
        {answers.map(({ prompt, answer }, index) => {
          const label = words.prompts.find(({ key }) => key === prompt)?.label ?? prompt;
          return (
            <Card key={prompt} className="grid gap-3">
              <TextArea
                label={label}
                rows={3}
                maxLength={LONGEST}
                value={answer}
                error={asked && answer.trim() === "" ? t("story.answerNeeded") : wrong(index)}
                onChange={(event) => setAnswers(answers.map((each, at) => (at === index ? { ...each, answer: event.target.value } : each)))}
              />
              <div>
                <TextButton
                  aria-label={t("story.removePrompt", { prompt: label })}
                  onClick={() => {
                    save.reset(); // What was wrong with an answer was told of its place.
                    setAnswers(answers.filter((_, at) => at !== index));
                  }}
                >
                  {t("photos.remove")}
                </TextButton>
              </div>
            </Card>
          );
        })}
        {answers.length < MOST ? (
          <Select
            label={t("story.addPrompt")}
            value=""
            onChange={(event) => setAnswers([...answers, { prompt: event.target.value as (typeof answers)[number]["prompt"], answer: "" }])}
          >
            <option value="">{t("story.choosePrompt")}</option>
            {words.prompts
              .filter(({ key }) => !answers.some(({ prompt }) => prompt === key))
              .map(({ key, label }) => (
                <option key={key} value={key}>
                  {label}
                </option>
              ))}
          </Select>
        ) : null}
      </fieldset>
      <fieldset className="grid gap-4">
        <legend className="mb-1 font-semibold">{t("profile.religion")}</legend>
        <Consents only={["religion"]} />
        {mayKeepReligion ? (
          <div className="grid gap-5 sm:grid-cols-2">
            <Chosen vocabulary="religion" label={t("profile.religion")} value={religion} onChange={setReligion} />
            <Chosen vocabulary="importance" label={t("story.religionImportance")} value={importance} onChange={setImportance} />
          </div>
        ) : null}
      </fieldset>
      <fieldset className="grid gap-4">
        <legend className="mb-1 font-semibold">{t("story.orientation")}</legend>
        <p className="-mt-2 text-sm text-soft">{t("story.orientationHint")}</p>
        <Consents only={["orientation"]} />
        {mayKeep ? <Chosen vocabulary="orientation" label={t("story.orientation")} value={orientation} onChange={setOrientation} /> : null}
      </fieldset>
      <ProblemNotice error={answers.some((_, index) => wrong(index)) ? null : save.error} />
      <div className="grid gap-3">
        {asked && answers.some(({ answer }) => answer.trim() === "") ? <FieldError error={t("story.answerNeeded")} /> : null}
        <div>
          <Button type="submit" busy={save.isPending}>
            {t("onboarding.save")}
          </Button>
        </div>
      </div>
    </Form>
  );
}

function Chosen({ vocabulary, label, value, onChange }: { vocabulary: string; label: string; value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <Select label={label} optional={t("form.optional")} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{t("form.unsaid")}</option>
      {words.options(vocabulary).map((option) => (
        <option key={option.key} value={option.key}>
          {option.label}
        </option>
      ))}
    </Select>
  );
}

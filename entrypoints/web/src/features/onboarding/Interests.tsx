import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Choices } from "../../design/Choices";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Loading } from "../../design/Page";
import type { StepProps } from "./Onboarding";
import { useProfile, useSaveProfile, type ProfileContent } from "./profile";
import { useWords } from "./words";

const FEWEST = 5;
const MOST = 15;

/** Five to fifteen things the member loves; a rare one in common counts for more. */
export default function Interests({ next }: StepProps) {
  const { t } = useTranslation();
  const words = useWords();
  const { data: profile } = useProfile();
  const save = useSaveProfile();
  const [chosen, setChosen] = useState<string[]>([...(profile?.content.interests ?? [])]);
  const [asked, setAsked] = useState(false);
  if (!words.ready || !profile) return <Loading />;
  const tooFew = chosen.length > 0 && chosen.length < FEWEST;
  const submit = () => {
    setAsked(true);
    if (tooFew) return;
    save.mutate(
      (content) => ({ ...(content ?? profile.content), interests: chosen as ProfileContent["interests"] & string[] }),
      { onSuccess: next },
    );
  };
  return (
    <div className="grid gap-7">
      <p role="status" className="sticky top-0 z-10 -mx-2 rounded-sm bg-ground/95 px-2 py-2 font-semibold">
        {t("interests.count", { count: chosen.length, most: MOST })}
      </p>
      {words.interestGroups.map(({ group, interests }) => (
        <Choices
          key={group}
          many
          most={chosen.length >= MOST ? 0 : Infinity}
          legend={group}
          options={interests}
          chosen={chosen.filter((key) => interests.some((each) => each.key === key))}
          onChange={(here) => setChosen([...chosen.filter((key) => !interests.some((each) => each.key === key)), ...here])}
        />
      ))}
      {asked && tooFew ? (
        <Notice tone="warm" role="alert">
          {t("interests.few", { count: FEWEST - chosen.length })}
        </Notice>
      ) : null}
      <ProblemNotice error={save.error} />
      <div>
        <Button busy={save.isPending} onClick={submit}>
          {t("onboarding.save")}
        </Button>
      </div>
    </div>
  );
}

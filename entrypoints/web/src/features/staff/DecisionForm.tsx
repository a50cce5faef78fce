import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Choices, type Option } from "../../design/Choices";
import { TextArea } from "../../design/Field";
import { Form } from "../../design/Form";
import { ProblemNotice } from "../../design/Notice";

interface DecisionFormProps<K extends string> {
  options: readonly (Option & { key: K })[];
  label: string;
  hint: string;
  longest: number;
  /** Which decision speaks for itself, so that words can be left out. */
  plain?: K;
  decide: (chosen: K, words: string) => Promise<unknown>;
  onDecided: () => void;
  className?: string;
  /** What is decided on. */
  children: ReactNode;
}

/** A decision that a member is mailed, with the words that they read. */
export function DecisionForm<K extends string>({ options, label, hint, longest, plain, decide, onDecided, className = "", children }: DecisionFormProps<K>) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<K | null>(null);
  const [words, setWords] = useState("");
  const [tried, setTried] = useState(false);
  const decision = useMutation({ mutationFn: (made: K) => decide(made, words.trim()), onSuccess: onDecided });
  const wordless = words.trim() === "" && (plain === undefined || chosen !== plain);
  return (
    <Form
      className={`grid content-start gap-5 wrap-anywhere ${className}`}
      onSubmit={() => {
        setTried(true);
        if (chosen !== null && !wordless && !decision.isPending) decision.mutate(chosen);
      }}
    >
      {children}
      <Choices
        legend={t("staff.decision")}
        options={options}
        chosen={chosen === null ? [] : [chosen]}
        onChange={([key]) => setChosen(options.find((option) => option.key === key)?.key ?? null)}
        error={tried && chosen === null ? t("staff.decide") : undefined}
      />
      <TextArea label={label} hint={hint} maxLength={longest} value={words} onChange={(event) => setWords(event.target.value)} error={tried && wordless ? t("form.required") : undefined} />
      <ProblemNotice error={decision.error} />
      <div>
        <Button type="submit" busy={decision.isPending}>
          {t("staff.do")}
        </Button>
      </div>
    </Form>
  );
}

import type { TFunction } from "i18next";
import type { FieldErrors, FieldValues, Path, UseFormSetError } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { isProblem, ProblemError, type FieldProblem } from "../api/problem";
import i18n from "./index";

/** A problem in the member's language where we have the words, or in those the API gave, which say what to do too. */
export function wordsOf(error: unknown, t: TFunction): string {
  if (!(error instanceof ProblemError)) return t("problem.unexpected");
  const key = `problem.${error.code}`;
  const fields = [...new Set(error.fields.map((field) => fieldWords(field, t)))].join(" ");
  if (i18n.exists(key)) return t(key, { seconds: error.retryAfter ?? 60 });
  return fields || error.message || t("problem.unexpected");
}

/** The words for what is wrong with a field: its own before those for any. */
const keyOf = ({ path, code }: FieldProblem) => [`field.${path}_${code}`, `field.${code}`].find((key) => i18n.exists(key));

function fieldWords(field: FieldProblem, t: TFunction): string {
  const key = keyOf(field);
  return key === undefined ? field.message : t(key);
}

/** What an answer finds wrong with one field, for forms that keep by themselves what is entered. */
export function wrongWith(error: unknown, path: string, t: TFunction): string | undefined {
  const field = error instanceof ProblemError ? error.fields.find((each) => each.path === path) : undefined;
  return field && fieldWords(field, t);
}

/** What an answer says of a code that it refuses. */
export function wrongCode(error: unknown, t: TFunction): string | undefined {
  return isProblem(error, "code_refused") ? wordsOf(error, t) : undefined;
}

/** What a form keeps of a rule that is broken: the name of its words and the number in them. They are said when they are
shown, so that they follow whoever reads the page in another language. */
export const said = (key: string, count?: number): string => (count === undefined ? key : `${key} ${count}`);

/** What is wrong with each field of a form, in the language of the page. */
export function useWrong<T extends FieldValues>(errors: FieldErrors<T>): (name: keyof T) => string | undefined {
  const { t } = useTranslation();
  return (name) => {
    const kept = errors[name]?.message;
    if (typeof kept !== "string") return undefined;
    const [key = "", count] = kept.split(" ");
    const given = count === undefined ? {} : { count: Number(count) };
    return i18n.exists(key, given) ? t(key, given) : kept;
  };
}

/** Put each problem beside its field. Answers whether there is one that no field of this form shows. */
export function showInForm<T extends FieldValues>(error: unknown, known: readonly Path<T>[], setError: UseFormSetError<T>): boolean {
  if (!(error instanceof ProblemError) || error.fields.length === 0) return true;
  let unseen = false;
  for (const field of error.fields) {
    const path = known.find((name) => field.path === name || field.path.startsWith(`${name}.`));
    if (path === undefined) unseen = true;
    else setError(path, { message: keyOf(field) ?? field.message });
  }
  return unseen;
}

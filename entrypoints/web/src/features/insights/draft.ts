import { DRAFT } from "../../api/session";

/**
 * Answers that were not handed in yet. They stay in this browser, so that a member may stop and go on later, and are
 * removed when they are handed in, when the member starts afresh, and when they sign out.
 */
export interface Draft {
  questionnaire: string;
  answers: Record<string, number>;
  seconds: number;
}


export function readDraft(questionnaire: string): Draft {
  const fresh = { questionnaire, answers: {}, seconds: 0 };
  try {
    const kept = JSON.parse(localStorage.getItem(DRAFT) ?? "null") as Draft | null;
    return kept?.questionnaire === questionnaire ? kept : fresh;
  } catch {
    return fresh;
  }
}

export function keepDraft(draft: Draft): void {
  localStorage.setItem(DRAFT, JSON.stringify(draft));
}

export function forgetDraft(): void {
  localStorage.removeItem(DRAFT);
}

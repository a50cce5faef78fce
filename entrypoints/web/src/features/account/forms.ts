import type { TFunction } from "i18next";
import * as z from "zod/mini";

export const SHORTEST_PASSWORD = 12;
const LONGEST_PASSWORD = 128;
const ADULT_YEARS = 18;

/** Code points, as the API counts them: a letter with its accent may be two of JavaScript's units. */
const length = (text: string) => Array.from(text).length;

export const required = (t: TFunction) => z.string().check(z.trim(), z.minLength(1, t("form.required")));

export const email = (t: TFunction) =>
  z.string().check(z.trim(), z.minLength(1, t("form.required")), z.regex(/^\S+@\S+\.\S+$/, t("form.email")));

export const password = (t: TFunction) => z.string().check(z.minLength(1, t("form.required")));

export const newPassword = (t: TFunction) =>
  z.string().check(
    z.refine((text) => length(text) >= SHORTEST_PASSWORD, t("form.passwordShort", { count: SHORTEST_PASSWORD })),
    z.refine((text) => length(text) <= LONGEST_PASSWORD, t("form.passwordLong", { count: LONGEST_PASSWORD })),
  );

/** The server decides, by the calendar where the member lives; this only spares a round trip. */
export const dateOfBirth = (t: TFunction) =>
  z.string().check(
    z.minLength(1, t("form.required")),
    z.refine((text) => {
      const birthday = new Date(`${text}T00:00`);
      birthday.setFullYear(birthday.getFullYear() + ADULT_YEARS);
      return !(birthday.getTime() > Date.now());
    }, t("form.adult")),
  );

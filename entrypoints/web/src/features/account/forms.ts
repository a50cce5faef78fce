import * as z from "zod/mini";
import { said } from "../../i18n/problems";

export const SHORTEST_PASSWORD = 12;
const LONGEST_PASSWORD = 128;
const ADULT_YEARS = 18;

/** Code points, as the API counts them: a letter with its accent may be two of JavaScript's units. */
const length = (text: string) => Array.from(text).length;

export const required = z.string().check(z.trim(), z.minLength(1, said("form.required")));

export const email = required.check(z.regex(/^\S+@\S+\.\S+$/, said("form.email")));

export const password = z.string().check(z.minLength(1, said("form.required")));

export const newPassword = z.string().check(
  z.refine((text) => length(text) >= SHORTEST_PASSWORD, said("form.passwordShort", SHORTEST_PASSWORD)),
  z.refine((text) => length(text) <= LONGEST_PASSWORD, said("form.passwordLong", LONGEST_PASSWORD)),
);

/** The server decides, by the calendar where the member lives; this only spares a round trip. */
export const dateOfBirth = z.string().check(
  z.minLength(1, said("form.required")),
  z.refine((text) => {
    const birthday = new Date(`${text}T00:00`);
    birthday.setFullYear(birthday.getFullYear() + ADULT_YEARS);
    return !(birthday.getTime() > Date.now());
  }, said("form.adult")),
);

import { useId, type ReactNode } from "react";
import { FieldError } from "./Field";

export interface Option {
  key: string;
  label: string;
}

interface ChoicesProps {
  legend: string;
  hint?: ReactNode;
  error?: string | undefined;
  options: readonly Option[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  many?: boolean;
  /** How many may be chosen at most; what is beyond cannot be chosen, and what is chosen can be taken back. */
  most?: number;
  quietLegend?: boolean;
}

/** Answers to choose one or many of, as pills that are true radio buttons or checkboxes. */
export function Choices({ legend, hint, error, options, chosen, onChange, many = false, most, quietLegend = false }: ChoicesProps) {
  const id = useId();
  const full = most !== undefined && chosen.length >= most;
  const choose = (key: string, on: boolean) => {
    if (!many) onChange([key]);
    else onChange(on ? [...chosen, key] : chosen.filter((other) => other !== key));
  };
  return (
    <fieldset data-wrong={error ? true : undefined} aria-describedby={error ? `${id}-error` : undefined} className="grid gap-2">
      <legend className={quietLegend ? "mb-2 text-sm font-semibold text-soft" : "mb-1.5 font-semibold"}>{legend}</legend>
      {hint ? <p className="-mt-2 text-sm text-soft">{hint}</p> : null}
      <div className="flex flex-wrap gap-2">
        {options.map(({ key, label }) => {
          const on = chosen.includes(key);
          return (
            <label
              key={key}
              className={
                "relative inline-flex min-h-11 items-center gap-2 rounded-[1.375rem] border px-4 py-1.5 transition-colors duration-200 " +
                "has-[:focus-visible]:outline-3 has-[:focus-visible]:outline-offset-2 has-[:focus-visible]:outline-sea " +
                (on ? "border-sea bg-sea text-on-sea font-semibold " : "border-edge bg-surface hover:bg-sea-wash ") +
                (full && !on ? "opacity-60" : "")
              }
            >
              <input
                type={many ? "checkbox" : "radio"}
                name={id}
                checked={on}
                disabled={many && full && !on}
                onChange={(event) => choose(key, event.target.checked)}
                className="absolute inset-0 h-full w-full cursor-pointer opacity-0"
              />
              {on ? <span aria-hidden="true">✓</span> : null}
              {label}
            </label>
          );
        })}
      </div>
      <FieldError id={`${id}-error`} error={error} />
    </fieldset>
  );
}

/** Yes or no to one thing, with the words that say what it is. Off until somebody switches it on. */
export function Toggle({ label, children, on, onChange, busy = false }: { label: string; children?: ReactNode; on: boolean; onChange: (on: boolean) => void; busy?: boolean }) {
  const id = useId();
  return (
    <div className="grid grid-cols-[1fr_auto] items-start gap-x-4 gap-y-1">
      <label htmlFor={id} className="pt-1 font-semibold">
        {label}
      </label>
      <button
        id={id}
        type="button"
        role="switch"
        aria-checked={on}
        aria-busy={busy}
        aria-describedby={children ? `${id}-words` : undefined}
        onClick={() => {
          if (!busy) onChange(!on);
        }}
        className={`h-8 w-14 rounded-full border p-1 transition-colors duration-200 ${on ? "border-sea bg-sea" : "border-edge bg-sunken"}`}
      >
        <span
          aria-hidden="true"
          className={`block h-5.5 w-5.5 rounded-full transition-transform duration-200 ease-calm ${on ? "translate-x-6 bg-on-sea" : "bg-edge"}`}
        />
      </button>
      {children ? (
        <div id={`${id}-words`} className="col-span-2 text-sm text-soft">
          {children}
        </div>
      ) : null}
    </div>
  );
}

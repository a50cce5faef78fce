import { useId, type ComponentProps, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from "react";

const BOX =
  "w-full min-h-12 rounded-sm border border-edge bg-surface px-3.5 py-2.5 text-ink transition-colors duration-200 " +
  "placeholder:text-soft aria-invalid:border-alarm";

interface Frame {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  optional?: string;
}

interface Described {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
}

/** A label, a hint and an error, tied to the control that `children` makes. */
function Framed({ label, hint, error, optional, children }: Frame & { children: (described: Described) => ReactNode }) {
  const id = useId();
  const describedBy = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ") || undefined;
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="font-semibold">
        {label}
        {optional ? <span className="font-normal text-soft"> · {optional}</span> : null}
      </label>
      {hint ? (
        <p id={`${id}-hint`} className="text-sm text-soft">
          {hint}
        </p>
      ) : null}
      {children({ id, "aria-invalid": error !== undefined, "aria-describedby": describedBy })}
      <FieldError id={`${id}-error`} error={error} />
    </div>
  );
}

export function FieldError({ id, error }: { id?: string; error: string | undefined }) {
  return error ? (
    <p id={id} className="flex gap-2 text-sm font-medium text-alarm">
      <span aria-hidden="true">↑</span>
      {error}
    </p>
  ) : null;
}

export function TextField({ label, hint, error, optional, ...input }: Frame & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Framed {...frame(label, hint, error, optional)}>
      {(described) => <input className={BOX} {...described} {...input} />}
    </Framed>
  );
}

export function TextArea({ label, hint, error, optional, ...input }: Frame & ComponentProps<"textarea">) {
  return (
    <Framed {...frame(label, hint, error, optional)}>
      {(described) => <textarea rows={4} className={`${BOX} resize-y`} {...described} {...input} />}
    </Framed>
  );
}

export function Select({ label, hint, error, optional, ...input }: Frame & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <Framed {...frame(label, hint, error, optional)}>
      {(described) => <select className={BOX} {...described} {...input} />}
    </Framed>
  );
}

function frame(label: string, hint: ReactNode, error: string | undefined, optional: string | undefined): Frame {
  return { label, hint, error, ...(optional === undefined ? {} : { optional }) };
}

import { useEffect, useRef, type FormHTMLAttributes, type SyntheticEvent } from "react";

/** What can be entered and is marked as wrong: a control itself, or the first of a group. */
const WRONG = "[aria-invalid=true], [data-wrong] input:not(:disabled)";

interface FormProps extends Omit<FormHTMLAttributes<HTMLFormElement>, "onSubmit" | "noValidate"> {
  onSubmit: (event: SyntheticEvent) => unknown;
}

/** A form that says itself what is wrong. After a try that is refused, here or by the server, the first field that is
wrong has the focus; whoever enters something meanwhile is left where they are. */
export function Form({ onSubmit, ...rest }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const tried = useRef(false);
  const look = () => {
    const wrong = tried.current ? form.current?.querySelector<HTMLElement>(WRONG) : null;
    if (!wrong) return;
    tried.current = false;
    wrong.focus();
  };
  useEffect(look); // What the server says is shown whenever it comes.
  return (
    <form
      ref={form}
      noValidate
      onInput={() => (tried.current = false)}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(event);
        // By then nothing is shown any more of what was wrong with the try before this one.
        setTimeout(() => {
          tried.current = true;
          look();
        });
      }}
      {...rest}
    />
  );
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { isProblem } from "../../api/problem";
import { Button, TextButton } from "../../design/Button";
import { TextField } from "../../design/Field";
import { toFocus } from "../../design/focus";
import { ProblemNotice } from "../../design/Notice";
import { Loading, Part, ROW } from "../../design/Page";
import { useFormat } from "../../i18n/format";
import { deviceLabel } from "../account/device";
import { makePasskey, passkeysKnown } from "../account/passkey";
import { PasswordForm, type Secrets } from "./PasswordForm";

const FACTOR = ["second-factor"];
const KEY = [...FACTOR, "passkeys"];
const ADD = "add";
const LONGEST_NAME = 80;

/** The passkeys that answer in place of a code. One form is open at a time: to add one, or to remove one of them. */
export function Passkeys() {
  const { t } = useTranslation();
  const passkeys = useQuery({ queryKey: KEY, queryFn: () => answer(api.GET("/api/me/passkeys")) });
  const [open, setOpen] = useState<string | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const toggle = (form: string) => {
    setSaid(null);
    setOpen(open === form ? null : form);
  };
  const done = (words: string) => {
    setOpen(null);
    setSaid(words);
  };
  return (
    <Part title={t("passkeys.title")} lead={t("passkeys.lead")}>
      {said === null ? null : (
        <p ref={toFocus} tabIndex={-1} role="status" className="rounded-md border border-line bg-sea-wash p-4">
          {said}
        </p>
      )}
      <ProblemNotice error={passkeys.error} retry={() => void passkeys.refetch()} />
      {passkeys.isPending ? <Loading rows={1} /> : null}
      {passkeys.data?.items.length === 0 ? <p className="text-soft">{t("passkeys.none")}</p> : null}
      {passkeys.data?.items.length ? (
        <ul className="grid gap-3">
          {passkeys.data.items.map((passkey) => (
            <Row key={passkey.id} passkey={passkey} open={open === passkey.id} onToggle={() => toggle(passkey.id)} onRemoved={() => done(t("passkeys.removed", { name: passkey.name }))} />
          ))}
        </ul>
      ) : null}
      {passkeysKnown() ? (
        <>
          <div>
            <Button look="quiet" aria-expanded={open === ADD} onClick={() => toggle(ADD)}>
              {t("passkeys.add")}
            </Button>
          </div>
          {open === ADD ? <Add onAdded={(name) => done(t("passkeys.added", { name }))} /> : null}
        </>
      ) : (
        <p className="text-soft">{t("passkeys.unknown")}</p>
      )}
    </Part>
  );
}

function Row({ passkey, open, onToggle, onRemoved }: { passkey: Schemas["PasskeyView"]; open: boolean; onToggle: () => void; onRemoved: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { id, name, created_at, last_used_at } = passkey;
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: (body: Secrets) => answer(api.POST("/api/me/passkeys/{passkey_id}/remove", { params: { path: { passkey_id: id } }, body })),
    onSuccess: onRemoved,
    onSettled: () => queries.invalidateQueries({ queryKey: FACTOR }),
  });
  return (
    <li className="grid gap-4">
      <div className={ROW}>
        <div className="min-w-0">
          <p className="font-semibold wrap-anywhere">{name}</p>
          <p className="text-sm text-soft">
            {last_used_at ? t("passkeys.used", { added: format.day(created_at), used: format.day(last_used_at) }) : t("passkeys.unused", { added: format.day(created_at) })}
          </p>
        </div>
        <TextButton aria-expanded={open} aria-label={t("passkeys.removeNamed", { name })} onClick={onToggle}>
          {t("passkeys.remove")}
        </TextButton>
      </div>
      {open ? <PasswordForm withCode danger action={t("passkeys.removeDo")} busy={remove.isPending} error={remove.error} onSubmit={(secrets) => remove.mutate(secrets)} /> : null}
    </li>
  );
}

/** Adding one: password and code give the options, and these are good for some minutes, so that whoever turned the
browser's dialogue away can be asked again without another code. */
function Add({ onAdded }: { onAdded: (name: string) => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [name, setName] = useState(() => deviceLabel(navigator.userAgent));
  const [again, setAgain] = useState(false);
  const ask = useMutation({
    mutationFn: (body: Secrets) => answer(api.POST("/api/me/passkeys/options", { body })),
    onSuccess: (options) => add.mutate(options),
  });
  const add = useMutation({
    mutationFn: async (options: unknown) => answer(api.POST("/api/me/passkeys", { body: { name, credential: await makePasskey(options) } })),
    onSuccess: (added) => onAdded(added.name),
    onError: (error) => setAgain(isProblem(error, "passkey_not_made")),
    onSettled: () => queries.invalidateQueries({ queryKey: FACTOR }),
  });
  const asking = add.isPending ? <p role="status">{t("secondFactor.asking")}</p> : null;
  if (again) {
    return (
      <div ref={toFocus} tabIndex={-1} className="grid gap-4">
        <ProblemNotice error={add.error} />
        {asking}
        <div>
          <Button look="quiet" busy={add.isPending} onClick={() => add.mutate(ask.data)}>
            {t("state.tryAgain")}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <>
      <PasswordForm
        withCode
        action={t("passkeys.addDo")}
        busy={ask.isPending || add.isPending}
        error={ask.error ?? add.error}
        onSubmit={(secrets) => {
          add.reset();
          ask.mutate(secrets);
        }}
      >
        <TextField label={t("passkeys.name")} hint={t("passkeys.nameHint")} maxLength={LONGEST_NAME} value={name} onChange={(event) => setName(event.target.value)} />
      </PasswordForm>
      {asking}
    </>
  );
}

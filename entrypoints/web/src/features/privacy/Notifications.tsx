import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { ProblemError } from "../../api/problem";
import { Button } from "../../design/Button";
import { Choices, Toggle } from "../../design/Choices";
import { TextField } from "../../design/Field";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Loading } from "../../design/Page";
import { pushState, turnOff, turnOn } from "./push";

type Choice = Schemas["NotificationChoice"];
const KEY = ["notifications"];
const NIGHT = { start: "22:00", end: "08:00" };
const FREQUENCIES = { daily_matches: ["at_once", "never"], mutual_match: ["at_once", "daily", "never"] } as const;

/** What the member is told outside the product: how often, in which hours not, and whether on this device at all. */
export function Notifications() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const found = useQuery({ queryKey: KEY, queryFn: () => answer(api.GET("/api/me/notifications")) });
  const save = useMutation({
    mutationFn: (body: Choice) => answer(api.PUT("/api/me/notifications", { body })),
    onSuccess: (saved) => queries.setQueryData(KEY, saved),
  });
  if (!found.data) return found.error ? <ProblemNotice error={found.error} retry={() => void found.refetch()} /> : <Loading rows={1} />;
  const { quiet_hours, daily_matches, mutual_match } = save.isPending ? save.variables : found.data;
  const choose = (changes: Partial<Choice>) => save.mutate({ quiet_hours, daily_matches, mutual_match, ...changes });
  return (
    <>
      {(["daily_matches", "mutual_match"] as const).map((kind) => (
        <Choices
          key={kind}
          legend={kind === "daily_matches" ? t("notifications.daily_matches") : t("notifications.mutual_match")}
          options={FREQUENCIES[kind].map((key) => ({ key, label: t(`notifications.frequency.${key}`) }))}
          chosen={[kind === "daily_matches" ? daily_matches : mutual_match]}
          onChange={([chosen]) => choose({ [kind]: chosen as Schemas["Frequency"] })}
          {...(kind === "daily_matches" ? { hint: t("notifications.daily_matchesHint") } : {})}
        />
      ))}
      <Toggle label={t("notifications.quiet")} on={quiet_hours !== null} busy={save.isPending} onChange={(on) => choose({ quiet_hours: on ? NIGHT : null })}>
        {t("notifications.quietHint")}
      </Toggle>
      {quiet_hours ? (
        <div className="grid gap-4 min-[22.5rem]:grid-cols-2">
          {(["start", "end"] as const).map((edge) => (
            <TextField
              key={`${edge} ${quiet_hours[edge]}`}
              label={edge === "start" ? t("notifications.from") : t("notifications.until")}
              type="time"
              required
              defaultValue={quiet_hours[edge]}
              onBlur={({ target: { value } }) => {
                if (value && value !== quiet_hours[edge]) choose({ quiet_hours: { ...quiet_hours, [edge]: value } });
              }}
            />
          ))}
        </div>
      ) : null}
      <ProblemNotice error={save.error} />
      <ThisDevice publicKey={found.data.public_key} known={found.data.this_device} />
    </>
  );
}

/** Whether this device is told: only where its member pressed for it, the browser let them, and the server knows. */
function ThisDevice({ publicKey, known }: { publicKey: string | null; known: boolean }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const browser = useQuery({ queryKey: ["push"], queryFn: pushState });
  const turn = useMutation({
    mutationFn: (on: boolean) => (on && publicKey ? turnOn(publicKey, i18n.language === "de" ? "de" : "en") : turnOff()),
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ["push"] }), queries.invalidateQueries({ queryKey: KEY })]),
  });
  if (!browser.data) return null;
  const state = publicKey === null ? "unavailable" : browser.data === "on" && !known ? "off" : browser.data;
  return (
    <div className="grid gap-3">
      <h3 className="font-semibold">{t("notifications.device")}</h3>
      <p role="status" className="text-soft">
        {t(DEVICE[state])}
      </p>
      {turn.error instanceof ProblemError ? <ProblemNotice error={turn.error} /> : null}
      {turn.error && !(turn.error instanceof ProblemError) ? <Notice role="alert">{t("notifications.failed")}</Notice> : null}
      {state === "on" || state === "off" ? (
        <div>
          <Button look="quiet" busy={turn.isPending} onClick={() => turn.mutate(state === "off")}>
            {state === "off" ? t("notifications.turnOn") : t("notifications.turnOff")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

const DEVICE = {
  unavailable: "notifications.unavailable",
  unsupported: "notifications.unsupported",
  blocked: "notifications.blocked",
  off: "notifications.off",
  on: "notifications.on",
} as const;

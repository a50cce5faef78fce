import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Button, TextButton } from "../../design/Button";
import { Choices } from "../../design/Choices";
import { TextArea, TextField } from "../../design/Field";
import { Form } from "../../design/Form";
import { Notice } from "../../design/Notice";
import { Card, Page } from "../../design/Page";
import { StaffProblem } from "./StaffProblem";
import { WhyNow } from "./WhyNow";

const DECISIONS = ["suspend", "underAge", "restore", "removeFactor"] as const;
type Decision = (typeof DECISIONS)[number];
const DONE = { suspend: "suspended", underAge: "suspended", restore: "restored", removeFactor: "factorRemoved" } as const;
const LONGEST_REASON = 1000;
const ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const NOTHING = { member: "", decision: null as Decision | null, reason: "" };

/** Shutting a member out, letting them in again, and removing a second factor that keeps them out. They are mailed why. */
export default function Suspensions() {
  const { t } = useTranslation();
  const [why, setWhy] = useState<string | null>(null);
  return (
    <Page title={t("suspensions.title")} lead={t("suspensions.lead")}>
      {why === null ? <WhyNow onSaid={setWhy} /> : <DecisionForm why={why} onAnew={() => setWhy(null)} />}
    </Page>
  );
}

function DecisionForm({ why, onAnew }: { why: string; onAnew: () => void }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(NOTHING);
  const [checked, setChecked] = useState(false);
  const member = asked.member.trim();
  const reason = asked.reason.trim();
  const missing = {
    member: ID.test(member) ? undefined : t("suspensions.memberNeeded"),
    decision: asked.decision === null ? t("staff.decide") : undefined,
    reason: reason === "" ? t("form.required") : undefined,
  };
  const decide = useMutation({
    mutationFn: ({ decision }: { decision: Decision | null }) => {
      const params = { path: { user_id: member }, header: { "X-Audit-Reason": why } };
      if (decision === "restore") return answer(api.POST("/api/staff/members/{user_id}/restoration", { params, body: { reason } }));
      if (decision === "removeFactor") return answer(api.POST("/api/staff/members/{user_id}/second-factor/removal", { params, body: { reason } }));
      return answer(api.POST("/api/staff/members/{user_id}/suspension", { params, body: { reason, under_age: decision === "underAge" } }));
    },
    onSuccess: () => {
      setAsked(NOTHING);
      setChecked(false);
    },
  });
  const set = (part: Partial<typeof NOTHING>) => {
    decide.reset();
    setAsked({ ...asked, ...part });
  };
  return (
    <>
      <p className="text-sm text-soft">
        {t("staff.lookingFor", { why })} <TextButton onClick={onAnew}>{t("staff.anew")}</TextButton>
      </p>
      {decide.isSuccess && decide.variables.decision ? <Notice role="status">{t(`suspensions.${DONE[decide.variables.decision]}`)}</Notice> : null}
      <Card>
        <Form
          className="grid gap-5"
          onSubmit={() => {
            setChecked(true);
            if (!Object.values(missing).some(Boolean) && !decide.isPending) decide.mutate({ decision: asked.decision });
          }}
        >
          <TextField
            label={t("suspensions.member")}
            hint={t("suspensions.memberHint")}
            maxLength={36}
            value={asked.member}
            onChange={(event) => set({ member: event.target.value })}
            error={checked ? missing.member : undefined}
          />
          <Choices
            legend={t("staff.decision")}
            options={DECISIONS.map((key) => ({ key, label: t(`suspensions.${key}`) }))}
            chosen={asked.decision === null ? [] : [asked.decision]}
            onChange={([chosen]) => set({ decision: DECISIONS.find((each) => each === chosen) ?? null })}
            error={checked ? missing.decision : undefined}
          />
          <TextArea
            label={t("staff.reason")}
            hint={t("suspensions.reasonHint")}
            maxLength={LONGEST_REASON}
            value={asked.reason}
            onChange={(event) => set({ reason: event.target.value })}
            error={checked ? missing.reason : undefined}
          />
          <StaffProblem error={decide.error} retry={() => decide.mutate({ decision: asked.decision })} />
          <div>
            <Button type="submit" busy={decide.isPending}>
              {t("staff.do")}
            </Button>
          </div>
        </Form>
      </Card>
    </>
  );
}

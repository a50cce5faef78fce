import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { TextField } from "../../design/Field";
import { Form } from "../../design/Form";
import { Card } from "../../design/Page";

const LONGEST = 200;
/** It travels in a header, which holds nothing else. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Why somebody looks at what is members' own, said before they see it: it is kept with what they do. */
export function WhyNow({ onSaid }: { onSaid: (why: string) => void }) {
  const { t } = useTranslation();
  const [why, setWhy] = useState("");
  return (
    <Card>
      <Form
        className="grid gap-4"
        onSubmit={() => {
          if (why.trim() !== "" && PLAIN.test(why)) onSaid(why.trim());
        }}
      >
        <TextField label={t("staff.why")} hint={t("staff.whyHint")} maxLength={LONGEST} value={why} error={PLAIN.test(why) ? undefined : t("staff.whyPlain")} onChange={(event) => setWhy(event.target.value)} />
        <div>
          <Button type="submit" disabled={why.trim() === "" || !PLAIN.test(why)}>
            {t("staff.look")}
          </Button>
        </div>
      </Form>
    </Card>
  );
}

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextButton } from "../../design/Button";
import { Page } from "../../design/Page";
import { Breach } from "./Breach";
import { Breaches } from "./Breaches";
import { WhyNow } from "./WhyNow";

/** The register of breaches and, of these, one at a time; the reason given once holds for both. */
export default function BreachRegister() {
  const { t } = useTranslation();
  const [why, setWhy] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  if (why === null) return (
    <Page wide title={t("breach.title")} lead={t("breach.lead")}>
      <WhyNow onSaid={setWhy} />
    </Page>
  );
  if (chosen === null) return (
    <Page wide title={t("breach.title")} lead={t("breach.lead")}>
      <Breaches why={why} onChosen={setChosen} />
    </Page>
  );
  return (
    <Page wide title={t("breach.one")} above={<div><TextButton onClick={() => setChosen(null)}>{t("breach.all")}</TextButton></div>}>
      <Breach id={chosen} why={why} />
    </Page>
  );
}

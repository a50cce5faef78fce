import { useTranslation } from "react-i18next";
import { LinkButton } from "../../design/Button";
import { Card, Page } from "../../design/Page";
import { contact, Contact } from "./Contact";

/** Where the mail about a suspension leads: whom to write to, and what comes of it. Whoever is suspended cannot sign in. */
export default function Appeal() {
  const { t } = useTranslation();
  return (
    <Page title={t("appeal.title")} lead={t("appeal.lead")}>
      <Card className="grid gap-4">
        <p>{contact() ? t("appeal.write") : t("appeal.answer")}</p>
        <Contact subject={t("appeal.subject")} />
        <p className="text-soft">{t("appeal.what")}</p>
      </Card>
      <p className="text-soft">{t("appeal.photos")}</p>
      <div>
        <LinkButton look="quiet" href="/">
          {t("state.home")}
        </LinkButton>
      </div>
    </Page>
  );
}

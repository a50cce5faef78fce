import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { Button } from "../../design/Button";
import { Toggle } from "../../design/Choices";
import { ProblemNotice } from "../../design/Notice";
import { Card, Loading } from "../../design/Page";
import { useFormat } from "../../i18n/format";
import { useConsentTexts } from "../account/consentTexts";

type Purpose = Schemas["Purpose"];
/** What an account cannot be without was agreed to on joining, and is ended by deleting the account. */
const OF_THE_ACCOUNT: readonly Purpose[] = ["terms", "privacy_policy"];

export function useConsents() {
  return useQuery({ queryKey: ["consents"], queryFn: () => answer(api.GET("/api/me/consents")) });
}

export function useDecideConsent() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ text, granted }: { text: Schemas["ConsentText"]; granted: boolean }) =>
      answer(
        api.PUT("/api/me/consents/{purpose}", {
          params: { path: { purpose: text.purpose } },
          body: { granted, text_version: text.version, language: text.language },
        }),
      ),
    // What answers say about closeness, and who is introduced, hangs on what the member agrees to: it is asked for anew.
    onSettled: () => Promise.all(["consents", "consent-history", "result", "results", "today"].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
}

/** Each consent by itself, off until it is switched on, and taken back as easily as given. */
export function Consents({ only }: { only?: readonly Purpose[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const texts = useConsentTexts();
  const consents = useConsents();
  const decide = useDecideConsent();
  const error = texts.error ?? consents.error;
  if (error) return <ProblemNotice error={error} retry={() => void Promise.all([texts.refetch(), consents.refetch()])} />;
  if (!texts.data || !consents.data) return <Loading />;
  const state = consents.data as Partial<Record<Purpose, Schemas["LatestConsent"] | null>>;
  return (
    <ul className="grid gap-4">
      {texts.data.items
        .filter(({ purpose }) => !OF_THE_ACCOUNT.includes(purpose) && (only?.includes(purpose) ?? true))
        .map((text) => {
          const record = state[text.purpose];
          const deciding = decide.isPending && decide.variables.text.purpose === text.purpose;
          return (
            <li key={text.purpose}>
              <Card>
                <Toggle
                  label={t(`purpose.${text.purpose}`)}
                  on={deciding ? decide.variables.granted : (record?.granted ?? false)}
                  busy={deciding}
                  onChange={(granted) => decide.mutate({ text, granted })}
                >
                  <p lang={text.language}>{text.text}</p>
                  {record ? (
                    <p className="pt-2">{t(record.granted ? "consents.givenOn" : "consents.takenBackOn", { day: format.day(record.at) })}</p>
                  ) : null}
                </Toggle>
                {record?.outdated ? (
                  <div className="grid justify-items-start gap-2 pt-3">
                    <p className="text-sm">{t("consents.reworded")}</p>
                    <Button look="quiet" busy={deciding} onClick={() => decide.mutate({ text, granted: true })}>
                      {t("consents.again")}
                    </Button>
                  </div>
                ) : null}
                {decide.isError && decide.variables.text.purpose === text.purpose ? <ProblemNotice error={decide.error} /> : null}
              </Card>
            </li>
          );
        })}
    </ul>
  );
}

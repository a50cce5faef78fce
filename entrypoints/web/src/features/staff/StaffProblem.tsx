import { useTranslation } from "react-i18next";
import { isProblem } from "../../api/problem";
import { LinkButton } from "../../design/Button";
import { Notice, ProblemNotice } from "../../design/Notice";
import { wordsOf } from "../../i18n/problems";

/** What keeps staff from a page; where it is the second factor that they lack, with the way to it. */
export function StaffProblem({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  if (!isProblem(error, "second_factor_needed")) return <ProblemNotice error={error} retry={retry} />;
  return (
    <Notice tone="warm" role="alert">
      <p>{wordsOf(error, t)}</p>
      <div>
        <LinkButton look="quiet" href="/privacy/second-factor">
          {t("factor2.setUp")}
        </LinkButton>
      </div>
    </Notice>
  );
}

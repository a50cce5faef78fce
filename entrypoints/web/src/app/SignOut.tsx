import { useTranslation } from "react-i18next";
import { wordsOf } from "../i18n/problems";
import { useSignOut } from "../features/account/signOut";
import { PLACE } from "./Place";

/** The way out, from every page. */
export default function SignOut() {
  const { t } = useTranslation();
  const out = useSignOut();
  return (
    <>
      <button
        type="button"
        aria-busy={out.isPending}
        className={PLACE}
        onClick={() => {
          if (!out.isPending) out.mutate();
        }}
      >
        {t("settings.logout")}
      </button>
      {out.error ? (
        <p role="alert" className="w-full text-sm font-medium text-alarm">
          {wordsOf(out.error, t)}
        </p>
      ) : null}
    </>
  );
}

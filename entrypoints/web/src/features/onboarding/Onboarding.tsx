import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { Link, Redirect, useLocation } from "wouter";
import { lazy } from "../../app/lazy";
import { LinkButton } from "../../design/Button";
import { ProblemNotice } from "../../design/Notice";
import { Loading, Page } from "../../design/Page";
import { useCatalogue, useProfile } from "./profile";

/** Every step saves by itself, so that a member may stop anywhere and go on another day, on another device. */
export const STEPS = ["about", "story", "photos", "preferences", "interests", "values", "consents", "attachment"] as const;
export type Step = (typeof STEPS)[number];

export interface StepProps {
  /** Go to the next step. */
  next: () => void;
}

const PAGES: Record<Step, ComponentType<StepProps>> = {
  about: lazy(() => import("./AboutMe")),
  story: lazy(() => import("./Story")),
  photos: lazy(() => import("./Photos")),
  preferences: lazy(() => import("./PreferencesStep")),
  interests: lazy(() => import("./Interests")),
  values: lazy(() => import("./Values")),
  consents: lazy(() => import("./ConsentsStep")),
  attachment: lazy(() => import("./AttachmentStep")),
};

export default function Onboarding({ step }: { step: string | undefined }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const profile = useProfile();
  const catalogue = useCatalogue();
  const error = profile.error ?? catalogue.error;
  if (error && (profile.data === undefined || !catalogue.data)) {
    return (
      <Page title={t("onboarding.label")}>
        <ProblemNotice error={error} retry={() => void Promise.all([profile.refetch(), catalogue.refetch()])} />
      </Page>
    );
  }
  if (profile.data === undefined || !catalogue.data) {
    return (
      <div className="mx-auto w-full max-w-2xl px-4 py-12">
        <Loading />
      </div>
    );
  }
  const current = STEPS.find((each) => each === step);
  const fresh = profile.data === null;
  if (current === undefined || (fresh && current !== "about")) return <Redirect to="/onboarding/about" replace />;
  const at = STEPS.indexOf(current);
  const following = STEPS[at + 1];
  const Content = PAGES[current];
  return (
    <Page
      title={t(`onboarding.${current}.title`)}
      lead={t(`onboarding.${current}.lead`)}
      above={<Progress at={at} fresh={fresh} />}
    >
      <Content key={current} next={() => go(following ? `/onboarding/${following}` : "/today")} />
      {fresh ? null : (
        <nav aria-label={t("onboarding.moves")} className="flex flex-wrap justify-between gap-3 border-t border-line pt-6">
          {at > 0 ? (
            <LinkButton look="quiet" href={`/onboarding/${STEPS[at - 1] ?? "about"}`}>
              {t("onboarding.back")}
            </LinkButton>
          ) : (
            <span />
          )}
          <LinkButton look="quiet" href={following ? `/onboarding/${following}` : "/today"}>
            {t(following ? "onboarding.later" : "onboarding.toToday")}
          </LinkButton>
        </nav>
      )}
    </Page>
  );
}

function Progress({ at, fresh }: { at: number; fresh: boolean }) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("onboarding.label")} className="grid gap-2">
      <p className="text-sm font-semibold text-soft">{t("onboarding.step", { step: at + 1, of: STEPS.length })}</p>
      <ol className="flex gap-1.5">
        {STEPS.map((step, index) => {
          const bar = (
            <>
              <span aria-hidden="true" className={`block h-1.5 w-full rounded-full ${index <= at ? "bg-sea" : "bg-line"}`} />
              <span className="sr-only">{t(`onboarding.${step}.title`)}</span>
            </>
          );
          return (
            <li key={step} className="flex-1" aria-current={index === at ? "step" : undefined}>
              {fresh ? (
                <span className="flex min-h-6 items-center">{bar}</span>
              ) : (
                <Link href={`/onboarding/${step}`} className="flex min-h-6 items-center">
                  {bar}
                </Link>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

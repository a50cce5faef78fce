import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schemas } from "../../api/client";
import { Button, LinkButton } from "../../design/Button";
import { Choices } from "../../design/Choices";
import { Select } from "../../design/Field";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Page, Part } from "../../design/Page";
import { choose, LANGUAGES, type Language } from "../../i18n";
import { useSignOut } from "../account/signOut";
import { useProfile, type Profile } from "../onboarding/profile";
import { useWords } from "../onboarding/words";
import { EmailChange } from "./EmailChange";
import { PasswordChange } from "./PasswordChange";
import { chooseTheme, theme, type Theme } from "./theme";

const THEMES: readonly Theme[] = ["system", "light", "dark"];

export default function Settings() {
  const { t, i18n } = useTranslation();
  const [look, setLook] = useState(theme);
  const account = useQuery({ queryKey: ["account"], queryFn: () => answer(api.GET("/api/me")) });
  const profile = useProfile();
  const logout = useSignOut();
  return (
    <Page title={t("settings.title")} lead={account.data ? t("settings.signedInAs", { email: account.data.email }) : undefined}>
      <Part title={t("settings.profile")} lead={t("settings.profileLead")}>
        <div>
          <LinkButton look="quiet" href="/profile">
            {t("settings.editProfile")}
          </LinkButton>
        </div>
      </Part>
      <Part title={t("membership.title")} lead={t("membership.settingsLead")}>
        <div>
          <LinkButton look="quiet" href="/subscription">
            {t("membership.see")}
          </LinkButton>
        </div>
      </Part>
      {account.data && account.data.role !== "member" ? (
        <Part title={t("staff.title")}>
          <div className="flex flex-wrap gap-3">
            <LinkButton look="quiet" href="/staff/photos">
              {t("staff.photos")}
            </LinkButton>
            <LinkButton look="quiet" href="/staff/breaches">
              {t("breach.title")}
            </LinkButton>
            <LinkButton look="quiet" href="/staff/reviews">
              {t("reviews.staff")}
            </LinkButton>
            <LinkButton look="quiet" href="/staff/suspensions">
              {t("suspensions.title")}
            </LinkButton>
            {account.data.role === "admin" ? (
              <LinkButton look="quiet" href="/staff/audit">
                {t("audit.title")}
              </LinkButton>
            ) : null}
          </div>
        </Part>
      ) : null}
      <ProblemNotice error={account.error ?? profile.error} retry={() => void Promise.all([account.refetch(), profile.refetch()])} />
      {profile.data ? <VisibilityPart profile={profile.data} /> : null}
      <Part title={t("settings.look")}>
        <Choices
          quietLegend
          legend={t("settings.theme")}
          options={THEMES.map((key) => ({ key, label: t(`settings.themes.${key}`) }))}
          chosen={[look]}
          onChange={([chosen]) => {
            setLook(chosen as Theme);
            chooseTheme(chosen as Theme);
          }}
        />
        <Choices
          quietLegend
          legend={t("shell.language")}
          options={Object.entries(LANGUAGES).map(([key, label]) => ({ key, label }))}
          chosen={[i18n.language]}
          onChange={([chosen]) => void choose(chosen as Language)}
        />
      </Part>
      {profile.data ? <TimeZonePart current={profile.data.time_zone} /> : null}
      <Part title={t("emailChange.title")} lead={t("emailChange.lead")}>
        {account.data?.email_reached === false ? (
          <Notice role="status">{t("emailChange.unreached", { email: account.data.email })}</Notice>
        ) : null}
        <EmailChange />
      </Part>
      <Part title={t("settings.password")}>
        <PasswordChange />
      </Part>
      <Part title={t("settings.leave")}>
        <ProblemNotice error={logout.error} />
        <div>
          <Button look="quiet" busy={logout.isPending} onClick={() => logout.mutate()}>
            {t("settings.logout")}
          </Button>
        </div>
      </Part>
    </Page>
  );
}

function VisibilityPart({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const words = useWords();
  const queries = useQueryClient();
  const set = useMutation({
    mutationFn: (visibility: Schemas["Visibility"]) =>
      answer(
        api.PUT("/api/me/visibility", {
          body: { visibility },
          params: { header: { "If-Match": `"${profile.version}"` } },
        }),
      ),
    onSuccess: (saved) => queries.setQueryData(["profile"], saved),
    onSettled: () => Promise.all(["profile", "today"].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
  return (
    <Part title={t("settings.visibility")} lead={t("settings.visibilityLead")}>
      <Choices
        quietLegend
        legend={t("settings.visibility")}
        options={words.options("visibility")}
        chosen={[set.isPending ? set.variables : profile.visibility]}
        onChange={([chosen]) => set.mutate(chosen as Schemas["Visibility"])}
      />
      <ProblemNotice error={set.error} />
    </Part>
  );
}

function TimeZonePart({ current }: { current: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const set = useMutation({
    mutationFn: (time_zone: string) => answer(api.PUT("/api/me/time-zone", { body: { time_zone } })),
    onSuccess: (saved) => {
      queries.setQueryData(["profile"], saved);
      return queries.invalidateQueries({ queryKey: ["today"] });
    },
  });
  const zones = Intl.supportedValuesOf("timeZone");
  return (
    <Part title={t("settings.timeZone")} lead={t("settings.timeZoneLead")}>
      <Select label={t("settings.timeZone")} value={set.isPending ? set.variables : current} onChange={(event) => set.mutate(event.target.value)}>
        {(zones.includes(current) ? zones : [current, ...zones]).map((zone) => (
          <option key={zone} value={zone}>
            {zone.replaceAll("_", " ")}
          </option>
        ))}
      </Select>
      <ProblemNotice error={set.error} />
      {set.isSuccess ? <Notice role="status">{t("settings.saved")}</Notice> : null}
    </Part>
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { ProblemError } from "../../api/problem";
import { Button } from "../../design/Button";
import { Notice, ProblemNotice } from "../../design/Notice";
import { Consents, useConsents } from "../privacy/Consents";
import type { StepProps } from "./Onboarding";
import { changesWhoTakesPart, useProfile } from "./profile";

export default function ConsentsStep({ next }: StepProps) {
  const { t } = useTranslation();
  const consents = useConsents();
  return (
    <div className="grid gap-6">
      <Consents />
      {consents.data?.["location"]?.granted ? <Place /> : null}
      <div>
        <Button onClick={next}>{t("onboarding.next")}</Button>
      </div>
    </div>
  );
}

/** Where the member is, asked of the browser once, when they say so. The server rounds it and forgets it. */
function Place() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data: profile } = useProfile();
  const share = useMutation({
    mutationFn: async () => {
      const { latitude, longitude } = await whereabouts();
      return answer(api.PUT("/api/me/location", { body: { latitude, longitude } }));
    },
    onSuccess: (saved) => {
      queries.setQueryData(["profile"], saved);
      return changesWhoTakesPart(queries);
    },
  });
  return (
    <Notice title={t("place.title")}>
      <p role="status">{profile?.located ? t("place.known", { city: profile.city ?? t("place.unnamed") }) : t("place.words")}</p>
      <ProblemNotice error={share.error} />
      <div>
        <Button look="quiet" busy={share.isPending} onClick={() => share.mutate()}>
          {t("place.share")}
        </Button>
      </div>
    </Notice>
  );
}

async function whereabouts(): Promise<GeolocationCoordinates> {
  const options = { maximumAge: 600_000, timeout: 20_000 };
  return new Promise((resolve, reject) =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve(coords),
      () => reject(new ProblemError({ code: "place_unknown", detail: "This browser did not say where it is." })),
      options,
    ),
  );
}

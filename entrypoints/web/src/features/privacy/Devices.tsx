import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { TextButton } from "../../design/Button";
import { ProblemNotice } from "../../design/Notice";
import { Loading, ROW } from "../../design/Page";
import { useFormat } from "../../i18n/format";

const KEY = ["devices"];

/** The devices that are known, so that signing in on another is told by mail. */
export function Devices() {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const devices = useQuery({ queryKey: KEY, queryFn: () => answer(api.GET("/api/me/devices")) });
  const forget = useMutation({
    mutationFn: (device_id: string) => answer(api.DELETE("/api/me/devices/{device_id}", { params: { path: { device_id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  if (!devices.data) return devices.error ? <ProblemNotice error={devices.error} retry={() => void devices.refetch()} /> : <Loading rows={1} />;
  return (
    <>
      <ul className="grid gap-3">
        {devices.data.items.map((device) => {
          const label = device.label || t("privacy.someDevice");
          return (
            <li key={device.id} className={ROW}>
              <div className="min-w-0">
                <p className="font-semibold wrap-anywhere">{label}</p>
                <p className="text-sm text-soft">{t("devices.seen", { first: format.day(device.first_seen_at), last: format.day(device.last_seen_at), network: device.ip_prefix })}</p>
              </div>
              <TextButton busy={forget.isPending} onClick={() => forget.mutate(device.id)} aria-label={t("devices.forgetNamed", { label })}>
                {t("devices.forget")}
              </TextButton>
            </li>
          );
        })}
      </ul>
      <ProblemNotice error={forget.error} />
    </>
  );
}

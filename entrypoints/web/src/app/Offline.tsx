import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

function watch(changed: () => void) {
  const events = ["online", "offline"];
  for (const name of events) addEventListener(name, changed);
  return () => events.forEach((name) => removeEventListener(name, changed));
}

/** Says that there is no network, as long as there is none: what is seen may be older, and nothing is sent meanwhile. */
export function OfflineLine() {
  const { t } = useTranslation();
  const online = useSyncExternalStore(watch, () => navigator.onLine);
  return (
    <div role="status" className="bg-sunken text-sm">
      {online ? null : <p className="mx-auto w-full max-w-5xl px-4 py-2 sm:px-6">{t("offline.line")}</p>}
    </div>
  );
}

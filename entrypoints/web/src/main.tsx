import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import { isProblem } from "./api/problem";
import { App, askFirst, fetchFirst } from "./app/App";
import { startWorker } from "./app/worker";
import "./design/tokens.css";
import { start } from "./i18n";
import { applyTheme } from "./features/settings/theme";

/** What is refused stays refused; only what may pass by itself is asked for again. */
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && (isProblem(error, "offline") || (isProblem(error) && error.status >= 500)),
    },
  },
});

/** The member is told of a problem; only what nobody foresaw is told to the console too. */
function onCaughtError(error: unknown) {
  if (!isProblem(error)) console.error(error);
}

applyTheme();
const root = document.getElementById("root");
if (root) {
  void Promise.all([start(), fetchFirst()]).then(() => {
    askFirst(queries);
    // As a transition: made in small steps, between which a slow phone still answers its reader and takes what arrives.
    startTransition(() =>
      createRoot(root, { onCaughtError }).render(
        <StrictMode>
          <QueryClientProvider client={queries}>
            <App />
          </QueryClientProvider>
        </StrictMode>,
      ),
    );
  });
  if (import.meta.env.PROD) void startWorker();
}

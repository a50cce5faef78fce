import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import { askingAgain, isProblem } from "./api/problem";
import { App, askFirst, fetchFirst } from "./app/App";
import { startWorker } from "./app/worker";
import "./design/tokens.css";
import { start } from "./i18n";
import { applyTheme } from "./features/settings/theme";

const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 30_000, ...askingAgain } } });

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

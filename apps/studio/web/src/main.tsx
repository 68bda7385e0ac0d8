import { StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { Empty } from "../../../server/web/src/controls/empty.tsx";
import { App } from "./app.tsx";
import { Engine } from "./engine/engine.ts";
import { EngineContext } from "./engine/use-engine.ts";
import { Studio, storageText } from "./state/studio.ts";
import { StudioContext } from "./state/use-studio.ts";
import { PrivateFolder } from "./storage/folder.ts";
import "../../../server/web/src/styles/tokens.css";
import "../../../server/web/src/styles/base.css";
import "../../../server/web/src/styles/controls.css";
import "../../../server/web/src/styles/shell.css";
import "../../../server/web/src/styles/chart.css";
import "../../../server/web/src/styles/detect.css";
import "../../../server/web/src/styles/train.css";
import "./styles/shell.css";
import "./styles/images.css";
import "./styles/label.css";
import "./styles/panels.css";
import "./styles/models.css";

const element = document.getElementById("page");
if (element === null) throw new Error("index.html has no element #page");
const root = createRoot(element);

// Two tabs would overwrite each other's changes. Of a page that is loaded again, the one before needs a moment to end.
navigator.locks
  .request("lookonce-studio", { signal: AbortSignal.timeout(2000) }, async () => {
    await start(root);
    // The lock is kept as long as the tab is open
    await new Promise(() => {});
  })
  .catch(() =>
    showProblem(
      root,
      "The studio is open in another tab",
      "Close that one, or go on there; then load this page again.",
    ),
  );

async function start(root: Root): Promise<void> {
  try {
    const studio = await Studio.open(new PrivateFolder("studio"));
    const engine = await Engine.open(studio);
    // Asks not to be among what a browser clears when the disk is full
    void navigator.storage.persist?.();
    root.render(
      <StrictMode>
        <StudioContext value={studio}>
          <EngineContext value={engine}>
            <App />
          </EngineContext>
        </StudioContext>
      </StrictMode>,
    );
  } catch (error) {
    showProblem(root, "The browser's storage cannot be used", storageText(error));
  }
}

function showProblem(root: Root, title: string, text: string): void {
  root.render(
    <main>
      <Empty title={title}>
        <p>{text}</p>
      </Empty>
    </main>,
  );
}

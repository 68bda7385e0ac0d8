import { useEffect, useRef } from "react";
import { RunsPage } from "./compare/runs-page.tsx";
import { DetectPage } from "./detect/detect-page.tsx";
import { ExplorePage } from "./explore/explore-page.tsx";
import { ModelsPage } from "./models/models-page.tsx";
import { QueuePage } from "./queue/queue-page.tsx";
import { useQueue } from "./queue/use-queue.ts";
import { Header } from "./shell/header.tsx";
import { KeyDialog } from "./shell/key-dialog.tsx";
import { titles, useRoute } from "./shell/route.ts";
import { TrackPage } from "./track/track-page.tsx";
import { TrainPage } from "./train/train-page.tsx";

/** The page: one of its views under a header. */
export function App() {
  const { view, rest } = useRoute();
  const queue = useQueue(view === "queue");
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    document.title = `${titles[view]} · lookonce`;
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [view]);
  return (
    <>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <Header view={view} hasQueue={queue.data !== undefined} />
      <main id="content" ref={main} tabIndex={-1} aria-label={titles[view]}>
        {/* Detections and camera stay as they are while another view is open. */}
        <div hidden={view !== "detect"}>
          <DetectPage shown={view === "detect"} />
        </div>
        {view === "track" && <TrackPage />}
        {view === "train" && <TrainPage job={rest[0]} />}
        {view === "runs" && <RunsPage chosen={rest[0]} />}
        {view === "models" && <ModelsPage chosen={rest[0]} />}
        {view === "queue" && <QueuePage queue={queue} />}
        {view === "api" && <ExplorePage chosen={rest[0]} />}
      </main>
      <KeyDialog />
    </>
  );
}

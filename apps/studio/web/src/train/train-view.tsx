import { useState } from "react";
import { Empty } from "../../../../server/web/src/controls/empty.tsx";
import { useEngine } from "../engine/use-engine.ts";
import { isLabeled } from "../project/project.ts";
import { linkTo } from "../shell/route.ts";
import { useStudio } from "../state/use-studio.ts";
import { RunList } from "./run-list.tsx";
import { RunView } from "./run-view.tsx";
import { TrainForm } from "./train-form.tsx";

/** Trains detectors on the labeled images, one at a time, and shows how they learn. */
export function TrainView() {
  const { project } = useStudio();
  const { runs, live } = useEngine();
  const [chosen, setChosen] = useState<string>();
  const count = project.images.filter(isLabeled).length;
  const hasBoxes = project.images.some(({ boxes }) => boxes.length > 0);
  const shown = runs.find(({ name }) => name === (chosen ?? live?.run)) ?? runs[0];
  const isReady = count >= 2 && hasBoxes;
  if (!isReady && shown === undefined) {
    return (
      <Empty title="Nothing to train on yet">
        <p>
          A detector learns from labeled images: <a href={linkTo("label")}>label at least two</a>, better fifty of each
          class. Training happens in this tab; the images stay on your device.
        </p>
      </Empty>
    );
  }
  return (
    <div className="train">
      <aside className="train-side" aria-label="Settings and trainings">
        {isReady && <TrainForm project={project} onStart={() => setChosen(undefined)} />}
        <RunList runs={runs} shown={shown} onChoose={setChosen} />
      </aside>
      <div className="train-main">
        {shown === undefined ? (
          <Empty title="No training yet">
            <p>
              Choose a model and press Train. It learns from the images of the split “training” and is measured on those
              of “validation”, all in this tab: no image leaves your device.
            </p>
          </Empty>
        ) : (
          <RunView key={shown.name} run={shown} />
        )}
      </div>
    </div>
  );
}

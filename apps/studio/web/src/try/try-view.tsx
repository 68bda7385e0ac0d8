import type { PlainBox } from "@lookonce/yolo/browser";
import { useRef, useState } from "react";
import { Button } from "../../../../server/web/src/controls/button.tsx";
import { Notice } from "../../../../server/web/src/controls/notice.tsx";
import { Slider } from "../../../../server/web/src/controls/slider.tsx";
import { ClassFilter } from "../../../../server/web/src/detect/class-filter.tsx";
import { ConfidenceStrip } from "../../../../server/web/src/detect/confidence-strip.tsx";
import { DetectionList } from "../../../../server/web/src/detect/detection-list.tsx";
import { tally, type Wanted, wantedBoxes } from "../../../../server/web/src/detect/detections.ts";
import { FilePicker } from "../../../../server/web/src/detect/file-picker.tsx";
import { Stage } from "../../../../server/web/src/detect/stage.tsx";
import { useDroppedFiles } from "../../../../server/web/src/detect/use-dropped-files.ts";
import { useEngine } from "../engine/use-engine.ts";
import { ModelPicker } from "../models/model-picker.tsx";
import { WeightsPicker } from "../models/weights-picker.tsx";
import { linkTo, replaceRoute } from "../shell/route.ts";
import { useStudio } from "../state/use-studio.ts";
import { type Footage, lowestConfidence, useFootage } from "./use-footage.ts";

const noBoxes: readonly PlainBox[] = [];

/** Detects in an image, a video or what the camera sees, with a trained model or a file. @param path the model's file */
export function TryView({ path }: { path: string | undefined }) {
  const { engine, models } = useEngine();
  const model = models.find((each) => each.path === path) ?? models[0];
  const canvas = useRef<HTMLCanvasElement>(null);
  const [wanted, setWanted] = useState<Wanted>({ conf: 0.25, hidden: new Set() });
  const [active, setActive] = useState<PlainBox>();
  const footage = useFootage(canvas, model);
  const dragging = useDroppedFiles((files) => {
    const [file] = files.filter(({ type }) => /^(image|video)\//.test(type));
    if (file !== undefined) footage.open(file);
  }, true);
  const choose = (chosen: string): void => replaceRoute(linkTo("try", chosen));
  const { found, size } = footage;
  const boxes = found?.boxes ?? noBoxes;
  const visible = wantedBoxes(boxes, wanted);
  return (
    <div className={`detect${dragging ? " dragging" : ""}`}>
      <div className="detect-main">
        <Notice>{footage.error}</Notice>
        <div hidden={size === undefined}>
          <Stage
            {...{ width: size?.width ?? 4, height: size?.height ?? 3, boxes: visible, active, onActive: setActive }}
            busy={footage.isBusy}
          >
            <canvas ref={canvas} />
          </Stage>
        </div>
        {size === undefined && <Welcome hasModel={model !== undefined} footage={footage} />}
        {size !== undefined && (
          <div className="detect-actions">
            <p className="tally" role="status">
              {found === undefined ? "Looking …" : `Found ${tally(visible)}.`}
              {footage.rate > 0 && ` ${footage.rate.toFixed(1)} images a second.`}
            </p>
            <div className="actions">
              <Sources footage={footage} />
            </div>
          </div>
        )}
      </div>
      <aside className="side" aria-label="Settings and findings">
        <ModelPicker value={model} onChange={choose} />
        <WeightsPicker onModel={choose} accept=".pt,.pth,.safetensors,.onnx" />
        {model?.isDropped && (
          <Button className="text-button" onClick={() => void engine.removeModel(model)}>
            Remove {model.title} from this browser
          </Button>
        )}
        <Slider
          {...{ label: "Confidence", value: wanted.conf, min: lowestConfidence, max: 1, step: 0.01 }}
          onChange={(conf) => setWanted({ ...wanted, conf })}
          hint="Boxes of at least this confidence are shown"
          keepsAbove
        >
          <ConfidenceStrip boxes={boxes} conf={wanted.conf} lowest={lowestConfidence} />
        </Slider>
        <ClassFilter boxes={boxes} wanted={wanted} onChange={setWanted} />
        <section aria-label="Findings">
          <div className="findings-head">
            <h2>Findings</h2>
            <span>{found && `${visible.length} of ${boxes.length}`}</span>
          </div>
          {visible.length > 0 ? (
            <DetectionList boxes={visible} active={active} onActive={setActive} />
          ) : (
            <p className="muted findings-none">
              {found === undefined ? "What is found stands here." : "Nothing with this confidence."}
            </p>
          )}
        </section>
      </aside>
    </div>
  );
}

/** Where images go when there is none yet. */
function Welcome({ hasModel, footage }: { hasModel: boolean; footage: Footage }) {
  return (
    <section className="drop-zone" aria-label="Add an image">
      <h2>{hasModel ? "Drop an image or a video here" : "There is no model yet"}</h2>
      {hasModel ? (
        <p className="muted">or paste one, or</p>
      ) : (
        <p className="muted">
          <a href={linkTo("train")}>Train one</a>, or choose a weights file.
        </p>
      )}
      {hasModel && (
        <div className="actions">
          <Sources footage={footage} />
        </div>
      )}
      <p className="muted small">Detection happens in this tab: nothing is sent anywhere.</p>
    </section>
  );
}

/** The ways to an image besides dropping one. */
function Sources({ footage }: { footage: Footage }) {
  const { studio, project } = useStudio();
  const names = project.images.map(({ name }) => name);
  const next = (): void => {
    const name = names[(names.indexOf(footage.name ?? "") + 1) % names.length];
    if (name !== undefined) void studio.image(name).then((blob) => footage.open(new File([blob], name)));
  };
  return (
    <>
      <FilePicker
        primary
        multiple={false}
        accept="image/*,video/*"
        onFiles={([file]) => file !== undefined && footage.open(file)}
      >
        Choose an image or a video
      </FilePicker>
      <Button onClick={footage.isLive ? footage.stop : footage.openCamera}>
        {footage.isLive ? "Stop" : "Use the camera"}
      </Button>
      {names.length > 0 && <Button onClick={next}>Next of my images</Button>}
    </>
  );
}

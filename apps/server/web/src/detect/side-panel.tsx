import { familySettings, isFamilyName } from "@lookonce/config";
import type { FoundBox, Model, ModelList } from "../api/types.ts";
import type { Resource } from "../api/use-resource.ts";
import { Field } from "../controls/field.tsx";
import { sizeText } from "../controls/format.ts";
import { ModelSelect } from "../controls/model-select.tsx";
import { Notice } from "../controls/notice.tsx";
import { Slider } from "../controls/slider.tsx";
import type { Ask, Found } from "./ask.ts";
import { ClassBars } from "./class-bars.tsx";
import { ClassFilter } from "./class-filter.tsx";
import { ConfidenceStrip } from "./confidence-strip.tsx";
import { DetectionList } from "./detection-list.tsx";
import { lowestConfidence, type Wanted } from "./detections.ts";
import { Timing } from "./timing.tsx";

interface SidePanelProps {
  models: Resource<ModelList>;
  question: Ask;
  onQuestion: (question: Ask) => void;
  wanted: Wanted;
  onWanted: (wanted: Wanted) => void;
  boxes: readonly FoundBox[];
  /** Those of the boxes that are wanted. */
  visible: readonly FoundBox[];
  found: Found | undefined;
  active: FoundBox | undefined;
  onActive: (box: FoundBox | undefined) => void;
  rate: number | undefined;
  filled: boolean;
}

/** What the service uses where a request names no overlap. */
function defaultIou(family: string | null | undefined): number {
  return familySettings[isFamilyName(family) ? family : "v8"].nms.predict.iou;
}

/** Whether a model predicts with suppression or without, as one likes. */
function hasBoth(model: Model | undefined): boolean {
  return model !== undefined && model.branches.length > 1;
}

const sides = [320, 480, 640, 800, 960, 1280];

export function SidePanel(props: SidePanelProps) {
  const { models, question, onQuestion, wanted, onWanted, boxes, visible, found, filled } = props;
  const { conf } = wanted;
  const loaded = models.data?.models.filter(({ loaded }) => loaded) ?? [];
  const model = loaded.find(({ id }) => id === question.model) ?? loaded.find((each) => each.default) ?? loaded[0];
  return (
    <aside className="side" aria-label="Settings and findings">
      <Notice onRetry={models.reload}>{models.error}</Notice>
      <Field label="Model" hint={model && sizeText(model).join(", ")}>
        <ModelSelect
          models={models.data && loaded}
          value={model?.id}
          onChange={(id) => onQuestion({ ...question, model: id, nms: undefined })}
        />
      </Field>
      {found?.top5 === undefined && (
        <>
          <Slider
            {...{ label: "Confidence", value: conf, min: lowestConfidence, max: 1, step: 0.01 }}
            onChange={(conf) => onWanted({ ...wanted, conf })}
            hint="Boxes of at least this confidence are shown"
            keepsAbove
          >
            <ConfidenceStrip boxes={boxes} conf={conf} />
          </Slider>
          <Slider
            {...{
              label: "Overlap (IoU)",
              value: question.iou ?? defaultIou(model?.family),
              min: 0.1,
              max: 0.95,
              step: 0.05,
            }}
            onChange={(iou) => onQuestion({ ...question, iou })}
            hint="A box that overlaps a better one of its class by more than this is left out"
          />
          <ClassFilter boxes={boxes} wanted={wanted} onChange={onWanted} />
        </>
      )}
      <details className="more">
        <summary>More</summary>
        <Field label="Image size" hint="longer side, pixels">
          <select
            value={question.imgsz ?? ""}
            onChange={({ target }) => onQuestion({ ...question, imgsz: Number(target.value) || undefined })}
          >
            <option value="">as the model{model ? ` (${model.imgsz})` : ""}</option>
            {sides.map((side) => (
              <option key={side} value={side}>
                {side}
              </option>
            ))}
          </select>
        </Field>
        {hasBoth(model) && (
          <label className="check">
            <input
              type="checkbox"
              checked={!(question.nms ?? model?.nms)}
              onChange={({ target }) => onQuestion({ ...question, nms: !target.checked })}
            />
            One-to-one branch: each object once, without suppression
          </label>
        )}
        <label className="check">
          <input
            type="checkbox"
            checked={question.augment}
            onChange={({ target }) => onQuestion({ ...question, augment: target.checked })}
          />
          Run on mirrored and scaled copies, too: slower, often better
        </label>
      </details>
      <section className="findings" aria-label="Findings">
        <div className="findings-head">
          <h2>Findings</h2>
          <span>{found === undefined || found.top5 ? "" : `${visible.length} of ${boxes.length}`}</span>
        </div>
        {found?.top5 !== undefined ? (
          <ClassBars classes={found.top5} />
        ) : found !== undefined && visible.length > 0 ? (
          <DetectionList boxes={visible} active={props.active} onActive={props.onActive} />
        ) : (
          <p className="muted findings-none">{nothing(found, filled)}</p>
        )}
      </section>
      <Timing found={found} rate={props.rate} />
    </aside>
  );
}

function nothing(found: Found | undefined, filled: boolean): string {
  if (!filled) return "What is found in an image stands here.";
  if (found === undefined) return "Looking …";
  return found.boxes.length === 0 ? "Nothing was found." : "Nothing with these settings. Try a lower confidence.";
}

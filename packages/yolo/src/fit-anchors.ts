import { type AnchorsArgs, withDefaults } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import type { AnchorFit, AnchorSize, FittedAnchors } from "@lookonce/trainer";
import { outlineModel } from "./build-model.ts";
import { fitSide } from "./fit-side.ts";
import { type FindModelOptions, findModel } from "./model-source.ts";
import { openDataset } from "./open-dataset.ts";

/** Options of {@link fitAnchors}. */
export type FitAnchorsOptions = AnchorsArgs & FindModelOptions;

/** What {@link fitAnchors} found. */
export interface AnchorFinding extends FittedAnchors {
  /** How well the model's own anchors fit. */
  model?: AnchorFit;
}

/**
 * Finds anchors that fit a data set's boxes, as YOLOv5's `kmean_anchors`. Nothing is written: training fits a model's
 * anchors itself where they need it.
 *
 * @throws LookonceError when the data set or the model cannot be used, `DATA` when no box is larger than 2 pixels
 */
export async function fitAnchors(options: FitAnchorsOptions): Promise<AnchorFinding> {
  const { data, split, imgsz, anchorT: threshold, gen: generations, seed, ...rest } = withDefaults("anchors", options);
  const { log = () => {} } = rest;
  const { anchorFit, fitAnchors: fit, labelSizes } = await import("@lookonce/trainer");
  const { Random } = await import("@lookonce/random");
  const model = options.model === undefined ? undefined : await anchorsOf(options.model, options);
  const own = model?.anchors;
  const side = model === undefined ? imgsz : fitSide(imgsz, model.outline, log);
  const dataset = await openDataset(data, { split, log });
  const sizes = labelSizes(dataset.entries, { imgsz: side });
  const { n: count = own?.length ?? 9 } = rest;
  const found = fit(sizes, { count, threshold, generations, rng: new Random(seed).fork("anchors") });
  if (found === undefined) {
    throw new LookonceError("DATA", `${data}: no box of ${split} is larger than 2 pixels at imgsz ${side}.`);
  }
  return own === undefined ? found : { ...found, model: anchorFit(sizes, own, { threshold }) };
}

/** A model's anchors in pixels: those of its file, which may be others than its configuration's. */
async function anchorsOf(
  name: string,
  options: FindModelOptions,
): Promise<{ outline: DetectionModel; anchors: AnchorSize[] }> {
  const source = await findModel(name, options);
  const outline = await outlineModel(source, { use: "list its anchors" });
  if (outline.anchors.length === 0) throw new LookonceError("ARGUMENT", `${name} has no anchors: they are YOLOv5's.`);
  const own = outline.anchors.map((level, i) => level.flat().map((side) => side * (outline.strides[i] as number)));
  const sides = ((source.kind === "checkpoint" ? source.checkpoint.anchors : undefined) ?? own).flat();
  const anchors = sides.flatMap((side, i): AnchorSize[] => (i % 2 === 0 ? [[side, sides[i + 1] as number]] : []));
  return { outline, anchors };
}

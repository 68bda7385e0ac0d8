import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import type { AnchorFit, AnchorSize } from "@lookonce/trainer";
import { outlineModel } from "./build-model.ts";
import type { FetchOptions } from "./find-weights-file.ts";
import { fitSide } from "./fit-side.ts";
import { type FindModelOptions, findModel } from "./model-source.ts";
import { openDataset } from "./open-dataset.ts";

/** Options of {@link fitAnchors}. */
export interface FitAnchorsOptions {
  /** The data set file, in YOLO's form. */
  data: string;
  /** Default `train`. */
  split?: string;
  /** A model with anchors, whose fit is told too; `count` is then by default as many as it has. */
  model?: string;
  /** How many anchors. Default 9. */
  count?: number;
  /** Longer side that images are loaded at, in pixels. Default 640. */
  imgsz?: number;
  /** Largest ratio of a box's side to an anchor's that still matches. Default 4. */
  threshold?: number;
  /** Changes that the genetic algorithm tries. Default 1000. */
  generations?: number;
  /** Default 0. */
  seed?: number;
  /** Told, a line at a time, what a person should know. */
  log?: (line: string) => void;
  /** How published weights that are not here are fetched, as for `YOLO.load`. */
  fetch?: FetchOptions;
}

/** What {@link fitAnchors} found. */
export interface AnchorFinding extends AnchorFit {
  /** Widths and heights in pixels, the smallest area first. */
  anchors: AnchorSize[];
  /** How well the clusters' centers fitted, before they were refined. */
  start: AnchorFit;
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
  const { data, split = "train", imgsz = 640, threshold = 4, generations = 1000, seed = 0, log = () => {} } = options;
  const { anchorFit, fitAnchors: fit, labelSizes } = await import("@lookonce/trainer");
  const { Random } = await import("@lookonce/random");
  const model = options.model === undefined ? undefined : await anchorsOf(options.model, options);
  const held = model?.anchors;
  const side = model === undefined ? imgsz : fitSide(imgsz, model.outline, log);
  const dataset = await openDataset(data, { split, log });
  const sizes = labelSizes(dataset.entries, { imgsz: side });
  const { count = held?.length ?? 9 } = options;
  const found = fit(sizes, { count, threshold, generations, rng: new Random(seed).fork("anchors") });
  if (found === undefined) {
    throw new LookonceError("DATA", `${data}: no box of ${split} is larger than 2 pixels at imgsz ${side}.`);
  }
  return held === undefined ? found : { ...found, model: anchorFit(sizes, held, { threshold }) };
}

/** A model's anchors in pixels: those that its file holds, which may be others than its configuration's. */
async function anchorsOf(
  name: string,
  options: FindModelOptions,
): Promise<{ outline: DetectionModel; anchors: AnchorSize[] }> {
  const source = await findModel(name, options);
  const outline = await outlineModel(source, { use: "tell its anchors" });
  if (outline.family !== "v5") throw new LookonceError("ARGUMENT", `${name} has no anchors: they are YOLOv5's.`);
  const own = outline.anchors.map((level, i) => level.flat().map((side) => side * (outline.strides[i] as number)));
  const sides = ((source.kind === "checkpoint" ? source.checkpoint.anchors : undefined) ?? own).flat();
  const anchors = Array.from({ length: sides.length / 2 }, (_, i): AnchorSize => {
    return [sides[2 * i] as number, sides[2 * i + 1] as number];
  });
  return { outline, anchors };
}

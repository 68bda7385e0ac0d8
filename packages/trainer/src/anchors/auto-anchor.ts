import type { Recipe } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import type { Random } from "@lookonce/random";
import { type AnchorFit, type AnchorSize, anchorFit } from "./anchor-fit.ts";
import { fitAnchors } from "./fit-anchors.ts";
import { labelSizes, type SizedImage } from "./label-sizes.ts";

/** Options of {@link autoAnchor}. */
export interface AutoAnchorOptions {
  /** The training images, with their labels. */
  images: readonly SizedImage[];
  /** Longer side that they are loaded at, in pixels. */
  imgsz: number;
  rng: Random;
  /** Largest ratio of a box's side to an anchor's that still matches (`anchor_t`). Default 4. */
  threshold?: number;
  /** Changes that are tried when anchors are fitted. Default 1000. */
  generations?: number;
  /** Fit anchors even if those of the model are good. Default `false`. */
  always?: boolean;
}

/** Result of {@link autoAnchor}. */
export interface AnchorReport extends AnchorFit {
  /** How the anchors fitted before. */
  before: AnchorFit;
  /** `good`: those of the model fit; `fitted`: they were replaced; `kept`: no better ones were found. */
  outcome: "good" | "fitted" | "kept";
  /** The anchors that the model has now, in pixels: [level][anchor] = [width, height]. */
  anchors: AnchorSize[][];
  line: string;
}

/** Best possible recall from which on anchors are good (YOLOv5 7.0). */
const goodRecall = 0.98;

/** Images are scaled by up to a tenth either way, as augmentation would (YOLOv5 7.0). */
const scaling = [0.9, 1.1] as const;

/**
 * YOLOv5's AutoAnchor (7.0): where fewer than 98 % of the boxes match an anchor of the model, anchors are fitted to the
 * boxes ({@link fitAnchors}), and the model's are replaced if more boxes match them.
 *
 * Small anchors go to levels of fine grids. Nothing is changed when there is no box.
 *
 * @throws LookonceError `ARGUMENT` for a model without anchors, or options out of range
 */
export function autoAnchor(model: DetectionModel, options: AutoAnchorOptions): AnchorReport {
  const { images, imgsz, rng, threshold = 4, generations, always = false } = options;
  if (model.anchors.length === 0) throw new LookonceError("ARGUMENT", `${model.config.name}: the model has no anchors`);
  const random = rng.fork("scales");
  const scales = Float32Array.from(images, () => random.uniform(...scaling));
  const scaled = labelSizes(images, { imgsz, scales });
  const current = model.anchors.map((level, i) => {
    const stride = model.strides[i] as number;
    return level.map(([width, height]): AnchorSize => [width * stride, height * stride]);
  });
  const before = anchorFit(scaled, current.flat(), { threshold });
  const { perTarget, recall } = before;
  const fit = `AutoAnchor: ${perTarget.toFixed(2)} anchors/target, ${recall.toFixed(3)} best possible recall (BPR)`;
  const unchanged = { ...before, before, anchors: current };
  if (scaled.length > 0 && recall > goodRecall && !always) {
    return { ...unchanged, outcome: "good", line: `${fit}: the model's anchors fit the data set` };
  }
  const sizes = labelSizes(images, { imgsz });
  const count = current.flat().length;
  const fitted = fitAnchors(sizes, { count, threshold, generations, rng: rng.fork("fit") });
  const now = fitted === undefined ? before : anchorFit(scaled, fitted.anchors, { threshold });
  if (fitted === undefined || !(now.recall > recall || always)) {
    return { ...unchanged, outcome: "kept", line: `${fit}: no better ones were found, the model keeps its anchors` };
  }
  const anchors = toLevels(fitted.anchors, model.strides);
  model.setAnchors(anchors);
  const better = `${now.perTarget.toFixed(2)} and ${now.recall.toFixed(3)}`;
  const line = `${fit}: new ones were fitted to the data set, with ${better}`;
  return { ...now, before, anchors, outcome: "fitted", line };
}

/**
 * {@link autoAnchor} for a model that is about to be trained, if it has anchors. With `anchors` in the recipe they are
 * fitted however good the model's are, as in YOLOv5.
 */
export function checkAnchors(
  model: DetectionModel,
  { recipe, ...options }: Pick<AutoAnchorOptions, "images" | "imgsz" | "rng"> & { recipe: Recipe },
): AnchorReport | undefined {
  if (!("anchor_t" in recipe) || model.anchors.length === 0) return undefined;
  const { anchor_t: threshold, anchors } = recipe;
  const perLevel = model.anchors[0]?.length ?? 0;
  if (anchors !== undefined && Math.round(anchors) !== perLevel) {
    throw new LookonceError(
      "ARGUMENT",
      `the recipe asks for ${Math.round(anchors)} anchors on each level, but the model has ${perLevel}: build it with anchors: ${Math.round(anchors)}.`,
    );
  }
  return autoAnchor(model, { ...options, threshold, always: anchors !== undefined });
}

/** Deals anchors out, the smallest to the finest grid. */
function toLevels(anchors: readonly AnchorSize[], strides: readonly number[]): AnchorSize[][] {
  const perLevel = anchors.length / strides.length;
  const order = strides.map((_, level) => level).sort((a, b) => (strides[a] as number) - (strides[b] as number));
  const levels: AnchorSize[][] = [];
  for (const [i, level] of order.entries()) levels[level] = anchors.slice(i * perLevel, (i + 1) * perLevel);
  return levels;
}

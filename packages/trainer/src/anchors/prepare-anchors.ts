import type { Recipe } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { type AnchorReport, autoAnchor } from "./auto-anchor.ts";
import type { SizedImage } from "./label-sizes.ts";

/** What is read of a training's settings. */
export interface PrepareAnchorsOptions {
  images: readonly SizedImage[];
  autoAnchor: boolean;
  recipe: Recipe;
  imgsz: number;
  seed: number;
}

/**
 * Fits the anchors of a model to what it is about to learn, where it has any. With `anchors` in the recipe they are fitted
 * whatever the model's are like, as YOLOv5 does.
 *
 * @throws LookonceError `ARGUMENT` when the recipe asks for another number of anchors than the model has
 */
export function prepareAnchors(model: DetectionModel, options: PrepareAnchorsOptions): AnchorReport | undefined {
  const { recipe, images, imgsz, seed } = options;
  if (!options.autoAnchor || !("anchor_t" in recipe) || model.family !== "v5") return undefined;
  const { anchor_t: threshold, anchors } = recipe;
  const perLevel = model.anchors[0]?.length ?? 0;
  if (anchors !== undefined && Math.round(anchors) !== perLevel) {
    throw new LookonceError(
      "ARGUMENT",
      `the recipe asks for ${Math.round(anchors)} anchors on each level, but the model has ${perLevel}: build it with anchors: ${Math.round(anchors)}.`,
    );
  }
  const rng = new Random(seed).fork("anchors");
  return autoAnchor(model, { images, imgsz, rng, threshold, always: anchors !== undefined });
}

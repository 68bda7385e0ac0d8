import { basename } from "node:path";
import type { Batch } from "@lookonce/data";
import type { Detections } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import type { GridImage } from "@lookonce/plots";
import { imagesOf } from "../images.ts";

/** Images of a batch that a grid shows, from the first on. */
const maxImages = 16;

/** Detections that a grid shows have at least this score, as in YOLOv5 and YOLOv8. */
const shownConfidence = 0.25;

/** Options of {@link batchGrid}. */
export interface BatchGridOptions {
  /** Names of the classes. */
  names: readonly string[];
  /** What was found, in pixels of the batch, to draw in place of the labels. */
  found?: readonly Detections[];
  /** Side of an image's cell, in pixels. Default: as large as fits. */
  cell?: number;
}

/** A batch as the network sees it, with its labels or what was found drawn in. */
export async function batchGrid(batch: Batch, { names, found, cell }: BatchGridOptions): Promise<Image> {
  const { imageGrid } = await import("@lookonce/plots");
  const images = imagesOf(batch);
  const cells = batch.samples.slice(0, maxImages).map((sample, i): GridImage => {
    const image = images[i] as Image;
    const drawn = found === undefined ? sample : confident(found[i] as (typeof found)[number]);
    const { boxes, classes } = drawn;
    const scores = "scores" in drawn ? { scores: drawn.scores } : {};
    return { image, boxes, classes, ...scores, caption: basename(sample.path) };
  });
  return imageGrid(cells, { names, ...(cell === undefined ? {} : { cell }) });
}

function confident({ boxes, scores, classes }: Detections): Detections {
  // Best first.
  const below = scores.findIndex((score) => score < shownConfidence);
  const count = below < 0 ? scores.length : below;
  return {
    count,
    boxes: boxes.subarray(0, 4 * count),
    scores: scores.subarray(0, count),
    classes: classes.subarray(0, count),
  };
}

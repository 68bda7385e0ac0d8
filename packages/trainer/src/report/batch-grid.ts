import { basename } from "node:path";
import { type Batch, imagesOf } from "@lookonce/data";
import type { Detections } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import type { GridImage } from "@lookonce/plots";

/** Images of a batch that a grid shows, from the first on. */
const maxImages = 16;

/** Detections that a grid shows have at least this score, as in YOLOv5 and YOLOv8. */
const shownConfidence = 0.25;

/** Draws a batch as the network sees it, with its labels or, in their place, what was found, best first. */
export async function batchGrid(
  batch: Batch,
  { names, found, cell }: { names: readonly string[]; found?: readonly Detections[]; cell?: number },
): Promise<Image> {
  const { imageGrid } = await import("@lookonce/plots");
  const images = imagesOf(batch);
  const cells = batch.samples.slice(0, maxImages).map((sample, i): GridImage => {
    const { boxes, classes } = found?.[i] ?? sample;
    const scores = found?.[i]?.scores;
    const below = scores?.findIndex((score) => score < shownConfidence) ?? -1;
    const count = below < 0 ? classes.length : below;
    return {
      image: images[i] as Image,
      boxes: boxes.subarray(0, 4 * count),
      classes: classes.subarray(0, count),
      scores: scores?.subarray(0, count),
      caption: basename(sample.path),
    };
  });
  return imageGrid(cells, { names, cell });
}

import { type Batch, imagesOf } from "@lookonce/data";
import { labelShapes, resultEntries, shapesOf, type Task } from "@lookonce/families";
import { basename } from "@lookonce/files";
import { type Detections, pickDetections } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import type { GridImage } from "@lookonce/plots";

/** Images of a batch that a grid shows, from the first on. */
const maxImages = 16;

/** Detections that a grid shows have at least this score, as in YOLOv5 and YOLOv8. */
const shownConfidence = 0.25;

/** What was found in a batch, best first, in its pixels, and by which task. */
export interface FoundObjects {
  task: Task;
  detections: readonly Detections[];
}

/** Draws a batch as the network sees it, with its labels or, in their place, what was found. */
export async function batchGrid(
  batch: Batch,
  { names, found, cell }: { names: readonly string[]; found?: FoundObjects; cell?: number },
): Promise<Image> {
  const { imageGrid } = await import("@lookonce/plots");
  const images = imagesOf(batch);
  const cells = batch.samples.slice(0, maxImages).map((sample, i): GridImage => {
    const image = images[i] as Image;
    const caption = basename(sample.path);
    const detections = found?.detections[i];
    if (found === undefined || detections === undefined) {
      return { image, boxes: sample.boxes, classes: sample.classes, ...labelShapes(sample), caption };
    }
    const rows = Int32Array.from(detections.scores.keys()).filter(
      (row) => (detections.scores[row] as number) >= shownConfidence,
    );
    const { boxes, classes, scores } = pickDetections(detections, rows);
    const entries = resultEntries(found.task.entries(detections, image)).map((entry) => entry.pick(rows));
    return { image, boxes, classes, scores, ...shapesOf(entries), caption };
  });
  return imageGrid(cells, { names, cell });
}

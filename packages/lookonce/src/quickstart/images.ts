import type { Dataset, DatasetEntry } from "@lookonce/data";
import { type Image, readImage, resizeBilinear } from "@lookonce/image";
import type { Results } from "@lookonce/inference";
import { drawDetections } from "@lookonce/plots";
import { collage } from "./collage.ts";

/** Side of a tile, in pixels: labels must be readable. */
const tile = 280;

const sheet = { columns: 4, gap: 6 };

/** What was found in small images, drawn large, as one image. */
export async function detectionSheet(results: readonly Results[]): Promise<Image> {
  return collage(await Promise.all(results.map(drawEnlarged)), sheet);
}

/** Enlarged before boxes and names are drawn, so that these are sharp. */
function drawEnlarged({ image, boxes, names }: Results): Promise<Image> {
  const factor = tile / image.width;
  const size = { width: tile, height: Math.round(image.height * factor) };
  const enlarged = { ...boxes, boxes: boxes.boxes.map((side) => side * factor) };
  return drawDetections(resizeBilinear(image, size), { detections: enlarged, names });
}

/** The first images of a data set with their labels drawn in, as one image. */
export async function sampleSheet(dataset: Dataset, count: number): Promise<Image> {
  const entries = dataset.entries.slice(0, count);
  const tiles = await Promise.all(entries.map((entry) => drawLabels(entry, dataset.names)));
  return collage(tiles, sheet);
}

async function drawLabels({ path, boxes, classes }: DatasetEntry, names: readonly string[]): Promise<Image> {
  const image = resizeBilinear(await readImage(path), { width: tile, height: tile });
  const count = classes.length;
  const corners = new Float32Array(4 * count);
  for (let i = 0; i < count; i++) {
    const [x, y, width, height] = boxes.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
    corners.set(
      [x - width / 2, y - height / 2, x + width / 2, y + height / 2].map((side) => side * tile),
      4 * i,
    );
  }
  const detections = { boxes: corners, scores: new Float32Array(count).fill(1), classes, count };
  return drawDetections(image, { detections, names }, { scores: false });
}

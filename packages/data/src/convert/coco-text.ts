import type { DatasetEntry, KeypointSpec } from "../labels.ts";

/** What a COCO file is made of: a `Dataset`, or as much of one. */
export interface LabeledImages {
  entries: readonly DatasetEntry[];
  names: readonly string[];
  keypoints?: KeypointSpec | undefined;
}

/** Digits behind the point of pixels. */
const digits = 3;

/**
 * The text of a COCO file (https://cocodataset.org/#format-data), in pieces: the annotations of a large data set are longer
 * than a string can be. Ids count from 1: images in the data set's order, categories by class number. Images are named as
 * the last part of their paths.
 */
export function cocoText({ entries, names, keypoints }: LabeledImages): { pieces: string[]; objects: number } {
  const images = entries.map(({ path, width, height }, i) => ({ id: i + 1, file_name: nameOf(path), width, height }));
  const points = keypoints && {
    keypoints: keypoints.names ?? Array.from({ length: keypoints.shape[0] }, (_, i) => `point${i}`),
    skeleton: [],
  };
  const categories = names.map((name, label) => ({ id: label + 1, name, ...points }));
  const lists: string[] = [];
  let id = 1;
  for (const [i, entry] of entries.entries()) {
    const rows = Array.from(entry.classes, (_, row) =>
      JSON.stringify({ id: id++, image_id: i + 1, ...annotationOf(entry, row, keypoints?.shape[0] ?? 0) }),
    );
    if (rows.length > 0) lists.push(rows.join(",\n"));
  }
  const head = `{"images":${JSON.stringify(images)},\n"categories":${JSON.stringify(categories)},\n"annotations":[\n`;
  return {
    pieces: [head, ...lists.flatMap((list, i) => (i === 0 ? [list] : [",\n", list])), "\n]}\n"],
    objects: id - 1,
  };
}

function nameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

function annotationOf(
  { classes, boxes, polygons, keypoints, width, height }: DatasetEntry,
  row: number,
  count: number,
): object {
  const [cx = 0, cy = 0, w = 0, h = 0] = boxes.subarray(row * 4, row * 4 + 4);
  const toPixels = (values: Float32Array): number[] =>
    Array.from(values, (v, i) => round(v * (i % 2 === 0 ? width : height)));
  const outline = polygons?.[row] ?? new Float32Array(0);
  const annotation = {
    category_id: (classes[row] ?? 0) + 1,
    bbox: [(cx - w / 2) * width, (cy - h / 2) * height, w * width, h * height].map(round),
    area: round(outline.length === 0 ? w * width * h * height : areaOf(toPixels(outline))),
    iscrowd: 0,
    ...(outline.length === 0 ? {} : { segmentation: [toPixels(outline)] }),
  };
  if (keypoints === undefined) return annotation;
  const own = Array.from(keypoints.subarray(row * count * 3, (row + 1) * count * 3));
  const numbers = own.map((value, i) => (i % 3 === 2 ? value : round(value * (i % 3 === 0 ? width : height))));
  return {
    ...annotation,
    keypoints: numbers,
    num_keypoints: own.filter((value, i) => i % 3 === 2 && value > 0).length,
  };
}

function round(value: number): number {
  return Number(value.toFixed(digits));
}

/** The area that points x, y, … enclose (the shoelace formula). */
function areaOf(points: readonly number[]): number {
  let twice = 0;
  for (let i = 0, j = points.length - 2; i < points.length; j = i, i += 2) {
    twice += (points[j] ?? 0) * (points[i + 1] ?? 0) - (points[i] ?? 0) * (points[j + 1] ?? 0);
  }
  return Math.abs(twice) / 2;
}

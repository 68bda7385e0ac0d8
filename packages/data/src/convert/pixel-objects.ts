import { cornersToRotated } from "@lookonce/geometry";
import type { Dataset } from "../dataset.ts";
import type { DatasetEntry } from "../labels.ts";
import type { AnnotatedPoint } from "./annotated-image.ts";

/** Digits behind the point of pixels. */
const digits = 3;

/** An object of a data set in pixels. */
export interface PixelObject {
  label: number;
  name: string;
  box: [left: number, top: number, right: number, bottom: number];
  /** The points x, y, … of its outline, where it has one. */
  outline?: number[];
  /** Its rotated box: center, width and height, and the degrees by which it is turned clockwise; of labels of rotated boxes alone. */
  rotated?: { x: number; y: number; width: number; height: number; degrees: number };
  /** Its keypoints in their order. */
  keypoints?: AnnotatedPoint[];
}

/** The objects of an image in pixels. */
export function pixelObjects(
  entry: DatasetEntry,
  { names, labels, keypoints: spec }: Pick<Dataset, "names" | "labels" | "keypoints">,
): PixelObject[] {
  const { classes, boxes, polygons, keypoints, width, height } = entry;
  const toPixels = (values: Float32Array): number[] =>
    Array.from(values, (value, i) => roundPixels(value * (i % 2 === 0 ? width : height)));
  return Array.from(classes, (label, row) => {
    const [cx = 0, cy = 0, w = 0, h = 0] = boxes.subarray(row * 4, row * 4 + 4);
    const sides = [(cx - w / 2) * width, (cy - h / 2) * height, (cx + w / 2) * width, (cy + h / 2) * height] as const;
    const outline = polygons?.[row] ?? new Float32Array(0);
    const object: PixelObject = { label, name: names[label] ?? "", box: mapBox(sides) };
    if (outline.length > 0) object.outline = toPixels(outline);
    if (labels === "rotated" && outline.length > 0) object.rotated = rotatedOf(outline, entry);
    if (keypoints !== undefined && spec !== undefined) {
      const from = row * spec.shape[0] * 3;
      object.keypoints = Array.from({ length: spec.shape[0] }, (_, i) => {
        const [x = 0, y = 0, visibility = 0] = keypoints.subarray(from + i * 3, from + i * 3 + 3);
        return [roundPixels(x * width), roundPixels(y * height), visibility];
      });
    }
    return object;
  });
}

/** The names of a data set's keypoints. */
export function keypointNames({ keypoints }: Pick<Dataset, "keypoints">): string[] {
  const count = keypoints?.shape[0] ?? 0;
  return Array.from({ length: count }, (_, i) => keypoints?.names?.[i] ?? `point${i}`);
}

/** Pixels as they are written. */
export function roundPixels(value: number): number {
  return Number(value.toFixed(digits));
}

function mapBox([a, b, c, d]: readonly [number, number, number, number]): PixelObject["box"] {
  return [roundPixels(a), roundPixels(b), roundPixels(c), roundPixels(d)];
}

/** The smallest rectangle around an outline; its angle in (−45°, 45°], so that boxes that are hardly turned look so. */
function rotatedOf(outline: Float32Array, { width, height }: DatasetEntry): NonNullable<PixelObject["rotated"]> {
  const pixels = Array.from(outline, (value, i) => value * (i % 2 === 0 ? width : height));
  const [x = 0, y = 0, w = 0, h = 0, angle = 0] = cornersToRotated(pixels, pixels.length / 2);
  const degrees = (angle * 180) / Math.PI;
  const [across, down, turned] = degrees > 45 ? [h, w, degrees - 90] : [w, h, degrees];
  return {
    x: roundPixels(x),
    y: roundPixels(y),
    width: roundPixels(across),
    height: roundPixels(down),
    degrees: Number(turned.toFixed(5)),
  };
}

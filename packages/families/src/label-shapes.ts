import type { BatchSample } from "@lookonce/data";
import { rotatedCorners } from "@lookonce/geometry";
import type { Shapes } from "@lookonce/plots";

/** What the labels of an image have besides upright boxes, to be drawn with them, in pixels. */
export function labelShapes(sample: Pick<BatchSample, "classes" | "polygons" | "keypoints" | "rotated">): Shapes {
  const { classes, polygons, keypoints, rotated } = sample;
  if (rotated !== undefined) return { rotated: rotatedCorners(rotated) };
  const shapes: { -readonly [K in keyof Shapes]: Shapes[K] } = {};
  if (polygons !== undefined) shapes.masks = polygons.map((polygon) => [polygon]);
  if (keypoints !== undefined && classes.length > 0) {
    shapes.keypoints = { data: keypoints, shape: [keypoints.length / (3 * classes.length), 3] };
  }
  return shapes;
}

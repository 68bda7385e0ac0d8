import { sep } from "@lookonce/files";
import { pickRows } from "@lookonce/geometry";
import type { DataProblem } from "./problem.ts";

/**
 * What the labels of a task are: `boxes`, of which outlines are one form; `polygons`, the outline of every object; `keypoints`,
 * a box with a fixed number of points; `rotated`, the corners of turned boxes; `folders`, a folder of images for each class.
 */
export type LabelKind = "boxes" | "polygons" | "keypoints" | "rotated" | "folders";

/** The keypoints of a data set: `kpt_shape`, `flip_idx` and `kpt_names` of its file. */
export interface KeypointSpec {
  /** Keypoints of an object, and numbers of each in a label file: 2 (x, y) or 3 (x, y, visibility). */
  shape: readonly [count: number, dimensions: number];
  /** Which keypoint of a mirrored object each one is. Without it, training mirrors no image. */
  flip?: readonly number[];
  names?: readonly string[];
}

/** How the rows of label files are read. */
export interface LabelFormat {
  /** Default `boxes`. */
  kind?: Exclude<LabelKind, "folders">;
  /** The keypoints of every object, which the kind `keypoints` needs; the kind `boxes` passes over them. */
  keypoints?: KeypointSpec;
}

/** The objects of one image. */
export interface LabeledObjects {
  /** Class numbers. */
  classes: Int32Array;
  /** Rows of center x, center y, width, height, as fractions of the image's sides. */
  boxes: Float32Array;
  /**
   * The outline of each box: rows of x, y as fractions of the image's sides, of length 0 where the label is a mere box.
   * Absent when no object has an outline.
   */
  polygons?: readonly Float32Array[];
  /**
   * Rows of x, y, visibility `[objects, keypoints, 3]`: x and y as fractions of the image's sides, visibility 0 for a keypoint
   * without a label. Of labels of the kind `keypoints` alone.
   */
  keypoints?: Float32Array;
}

/** One usable image of a data set. */
export interface DatasetEntry extends LabeledObjects {
  /** Absolute path. */
  path: string;
  /** Pixels, EXIF orientation applied. */
  width: number;
  height: number;
}

/** The objects of a label file. */
export interface Labels extends LabeledObjects {
  /** Rows that were left out. */
  problems: DataProblem[];
}

/**
 * Where an image's labels lie: the last folder `images` of its path becomes `labels`, the extension `.txt`. Without such
 * a folder, beside the image.
 */
export function labelPath(image: string): string {
  const text = image.replace(/\.[^./\\]*$/, "");
  const from = `${sep}images${sep}`;
  const at = text.lastIndexOf(from);
  return `${at < 0 ? text : `${text.slice(0, at)}${sep}labels${sep}${text.slice(at + from.length)}`}.txt`;
}

/** No object, in the form of this kind of labels. */
export function noObjects(kind: LabelKind): LabeledObjects {
  const objects = { classes: new Int32Array(0), boxes: new Float32Array(0) };
  return kind === "keypoints" ? { ...objects, keypoints: new Float32Array(0) } : objects;
}

/** The objects in the given rows, in that order; without `polygons` where none of them has an outline. */
export function pickObjects(
  { classes, boxes, polygons, keypoints }: LabeledObjects,
  rows: readonly number[],
): LabeledObjects {
  const outlines = polygons && rows.map((row) => polygons[row] ?? new Float32Array(0));
  return {
    classes: Int32Array.from(rows, (row) => classes[row] ?? 0),
    boxes: pickRows(boxes, rows, 4),
    ...(outlines?.some(({ length }) => length > 0) ? { polygons: outlines } : {}),
    ...(keypoints === undefined ? {} : { keypoints: pickRows(keypoints, rows, keypoints.length / classes.length) }),
  };
}

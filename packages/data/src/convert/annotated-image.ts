import { pointBounds } from "@lookonce/geometry";
import type { Size } from "@lookonce/image";
import type { KeypointSpec } from "../labels.ts";
import type { LeftOutKind } from "./conversion-result.ts";
import { boxRow, cornerRow, keypointRow, type LabelRow, polygonRow } from "./label-row.ts";

/** A keypoint in pixels, and its visibility: 0 without a label, 1 hidden, 2 visible. */
export type AnnotatedPoint = readonly [x: number, y: number, visibility: number];

/** An object of an image as an annotation has it, in pixels. */
export interface AnnotatedObject {
  /** Its class. */
  name: string;
  difficult?: boolean;
  /** Left, top, right, bottom; `NaN` where there is no number. Default: the box around the outline or the keypoints. */
  box?: readonly number[];
  /** The points x, y, … of a polygon, or the corners of a rotated box. */
  outline?: readonly number[];
  /** Its keypoints by their names. */
  keypoints?: ReadonlyMap<string, AnnotatedPoint>;
  /** Why it can be no object of a data set, such as a line. */
  fault?: { kind: LeftOutKind; reason: string };
}

/** What annotations say of an image. */
export interface AnnotatedImage {
  /** Where that stands, for messages: a file, or a part of it. */
  where: string;
  /** The image's name or path, if known. */
  filename?: string;
  /** Its name without extension, by which it is found where `filename` leads to nothing. */
  stem?: string;
  /** Pixels; 0 where nobody says. */
  width: number;
  height: number;
  objects: readonly AnnotatedObject[];
  /** The image itself, where the annotations contain it. */
  bytes?: Uint8Array;
  /** Annotations that were passed over before anything was read of them. */
  faults?: readonly { kind: LeftOutKind; reason: string }[];
}

/** What label rows are made: one form of labels, as a task needs them. */
export type RowKind = "boxes" | "polygons" | "keypoints" | "rotated";

/** How an object becomes a row. */
export interface AnnotatedRowOptions {
  label: number;
  size: Size;
  kind: RowKind;
  keypoints: KeypointSpec | undefined;
}

/** The label row, or why there is none. */
export function annotatedRow(
  object: AnnotatedObject,
  { label, size, kind, keypoints }: AnnotatedRowOptions,
): LabelRow | "no-box" | "no-area" | "keypoints" {
  const { outline = [] } = object;
  const box = boxOf(object);
  if (![...box, ...outline].every(Number.isFinite)) return "no-box";
  const [left, top, right, bottom] = box;
  if (kind === "rotated") {
    const corners = outline.length >= 6 ? outline : [left, top, right, top, right, bottom, left, bottom];
    return cornerRow(label, corners, size) ?? "no-area";
  }
  const row = boxRow(label, box, size);
  if (row === undefined) return "no-area";
  if (kind === "keypoints" && keypoints !== undefined) {
    const points = keypoints.names?.flatMap((name) => object.keypoints?.get(name) ?? [0, 0, 0]);
    return keypointRow(row, points, keypoints.shape[0], size) ?? "keypoints";
  }
  if (kind !== "polygons" || outline.length < 6) return row;
  return polygonRow(label, outline, size) ?? row;
}

/** The box of an object: its own, or the one around its outline or its keypoints. */
function boxOf({ box, outline, keypoints }: AnnotatedObject): [number, number, number, number] {
  if (box !== undefined) {
    const [left = Number.NaN, top = Number.NaN, right = Number.NaN, bottom = Number.NaN] = box;
    return [left, top, right, bottom];
  }
  if (outline !== undefined) return pointBounds(outline);
  const seen = [...(keypoints?.values() ?? [])].filter(([, , visibility]) => visibility > 0);
  return pointBounds(seen.flatMap((point) => point.slice(0, 2)));
}

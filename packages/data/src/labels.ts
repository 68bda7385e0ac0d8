import { sep } from "node:path";
import type { DataProblem, Fault } from "./problem.ts";

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

/**
 * Reads YOLO labels: a row an object, `class cx cy w h` in fractions of the image's sides, or `class x1 y1 x2 y2 x3 y3 …`,
 * a polygon, of which the enclosing box is taken; the polygon is kept beside it.
 *
 * A row that is wrong (a class that does not exist, a coordinate that is no number or lies outside 0 to 1, a box without
 * area, a wrong number of columns) or stands there twice is left out and named in `problems`; the others are kept.
 *
 * @param file the label file's name, for `problems`
 * @param classCount number of classes
 */
export function parseLabels(text: string, file: string, classCount: number): Labels {
  const classes: number[] = [];
  const boxes: number[] = [];
  const polygons: Float32Array[] = [];
  const problems: DataProblem[] = [];
  const seen = new Map<string, number>();
  text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .forEach((content, index) => {
      const words = content.trim().split(/\s+/);
      if (words[0] === "") return;
      const line = index + 1;
      const row = parseRow(words, classCount);
      if ("kind" in row) {
        problems.push({ path: file, line, ...row });
        return;
      }
      const { label, box, polygon } = row;
      const key = [label, ...box].join(" ");
      const first = seen.get(key);
      if (first !== undefined) {
        problems.push({ path: file, line, kind: "duplicate", reason: `the same object as line ${first}` });
        return;
      }
      seen.set(key, line);
      classes.push(label);
      boxes.push(...box);
      polygons.push(Float32Array.from(polygon));
    });
  return {
    classes: Int32Array.from(classes),
    boxes: Float32Array.from(boxes),
    ...(polygons.some(({ length }) => length > 0) ? { polygons } : {}),
    problems,
  };
}

type Box = [cx: number, cy: number, width: number, height: number];

/** The row, with an empty polygon for a mere box, or what is wrong with it. */
function parseRow(words: string[], classCount: number): { label: number; box: Box; polygon: number[] } | Fault {
  const isPolygon = words.length >= 7 && words.length % 2 === 1;
  if (words.length !== 5 && !isPolygon) {
    const reason = `${words.length} columns; a box has 5 (class cx cy w h), a polygon of n points 1 + 2n with n ≥ 3`;
    return { kind: "columns", reason };
  }
  const numbers = words.map(Number);
  const [label = Number.NaN, ...coordinates] = numbers;
  const bad = numbers.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    return { kind: "not-finite", reason: `column ${bad + 1} is not a finite number: ${words[bad]?.slice(0, 40)}` };
  if (!Number.isInteger(label)) return { kind: "class", reason: `class ${words[0]} is not a whole number` };
  if (label < 0 || label >= classCount) {
    return { kind: "class", reason: `class ${label} of ${classCount} classes (0 to ${classCount - 1})` };
  }
  const outside = coordinates.findIndex((value) => !(value >= 0 && value <= 1));
  if (outside >= 0) {
    const what = `column ${outside + 2} is out of bounds: ${words[outside + 1]}`;
    const kind = (coordinates[outside] ?? 0) < 0 ? "negative" : "out-of-bounds";
    return { kind, reason: `${what}; coordinates are fractions of the image, 0 to 1` };
  }
  const [cx = 0, cy = 0, w = 0, h = 0] = coordinates;
  const box: Box = isPolygon ? enclosingBox(coordinates) : [cx, cy, w, h];
  if (box[2] === 0 || box[3] === 0) return { kind: "no-area", reason: "a box without area" };
  return { label, box, polygon: isPolygon ? coordinates : [] };
}

function enclosingBox(points: number[]): Box {
  let [left, right, top, bottom] = [1, 0, 1, 0];
  for (let i = 0; i < points.length; i += 2) {
    const [x = 0, y = 0] = [points[i], points[i + 1]];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top];
}

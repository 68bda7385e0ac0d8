import { pointBounds } from "@lookonce/geometry";
import type { LabelFormat } from "./labels.ts";
import type { Fault } from "./problem.ts";

export type Box = [cx: number, cy: number, width: number, height: number];

/** An object of a label file. */
export interface LabelRow {
  label: number;
  /** As fractions of the image's sides. */
  box: Box;
  /** Of an outline. */
  polygon?: Float32Array;
  /** x, y, visibility of each keypoint. */
  keypoints?: number[];
}

/** What a row's meaning depends on besides its words. */
export interface RowContext extends Required<Pick<LabelFormat, "kind">> {
  keypoints: LabelFormat["keypoints"] | undefined;
  classCount: number;
  /** Whether a row of the file has more columns than a box could have. */
  hasOutlines: boolean;
}

type Shape = Omit<LabelRow, "label">;

/** How the rows of a kind are read: first whether the number of columns fits, then what the coordinates are. */
interface RowFormat {
  /** What is wrong with a number of columns. */
  columnFault(columns: number, context: RowContext): string | undefined;
  /** @param values the columns after the class, `words` as they stand in the file */
  read(values: readonly number[], words: readonly string[], context: RowContext): Shape | Fault;
}

const outlineForm = "a polygon of n points 1 + 2n with n ≥ 3";

const formats: Record<RowContext["kind"], RowFormat> = {
  boxes: {
    columnFault(columns, { keypoints }) {
      if (columns === 5 || isOutline(columns) || columns === keypointColumns(keypoints)) return undefined;
      return `${columns} columns; a box has 5 (class cx cy w h), ${outlineForm}`;
    },
    read: (values, words, { keypoints }) =>
      values.length === 4 || values.length + 1 === keypointColumns(keypoints)
        ? readBox(values.slice(0, 4), words)
        : readOutline(values),
  },
  polygons: {
    columnFault: outlineFault(`an outline has the class and x, y of each point: ${outlineForm}`),
    read: (values, words) => (values.length === 4 ? readBox(values, words) : readOutline(values)),
  },
  rotated: {
    columnFault: outlineFault("an oriented box has 9, the class and its four corners (x1 y1 … x4 y4), and no angle"),
    read(values, words) {
      if (values.length === 4) return readBox(values, words);
      const outline = readOutline(values);
      return "reason" in outline || spansArea(values) ? outline : noArea("the corners lie on a line");
    },
  },
  keypoints: {
    columnFault(columns, { keypoints }) {
      const wanted = keypointColumns(keypoints);
      if (columns === wanted || keypoints === undefined) return undefined;
      const [count, dimensions] = keypoints.shape;
      const what = dimensions === 3 ? "x, y and visibility" : "x and y";
      return `${columns} columns; with kpt_shape [${count}, ${dimensions}] an object has ${wanted}: class cx cy w h, then ${what} of ${count} keypoints`;
    },
    read: readKeypoints,
  },
};

/** The object of a row, or what is wrong with it. */
export function readRow(words: readonly string[], context: RowContext): LabelRow | Fault {
  const format = formats[context.kind];
  const columnFault = format.columnFault(words.length, context);
  if (columnFault !== undefined) return { kind: "columns", reason: columnFault };
  const [label = Number.NaN, ...values] = words.map(Number);
  const bad = [label, ...values].findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    return { kind: "not-finite", reason: `column ${bad + 1} is not a finite number: ${words[bad]?.slice(0, 40)}` };
  }
  if (!Number.isInteger(label)) return { kind: "class", reason: `class ${words[0]} is not a whole number` };
  if (label < 0 || label >= context.classCount) {
    const { classCount } = context;
    return { kind: "class", reason: `class ${label} of ${classCount} classes (0 to ${classCount - 1})` };
  }
  const shape = format.read(values, words, context);
  return "reason" in shape ? shape : { label, ...shape };
}

function isOutline(columns: number): boolean {
  return columns >= 7 && columns % 2 === 1;
}

/** Columns of a row with these keypoints, NaN without any. */
function keypointColumns(keypoints: RowContext["keypoints"]): number {
  return keypoints === undefined ? Number.NaN : 5 + keypoints.shape[0] * keypoints.shape[1];
}

/** Rows of outlines; a box counts where the file has none, since the data set is then named as a whole. */
function outlineFault(form: string): RowFormat["columnFault"] {
  return (columns, { hasOutlines }) => {
    if (isOutline(columns) || (columns === 5 && !hasOutlines)) return undefined;
    if (columns !== 5) return `${columns} columns; ${form}`;
    return "5 columns among outlines: a box, or two points; an outline needs three";
  };
}

function readBox(values: readonly number[], words: readonly string[]): Shape | Fault {
  const outside = values.findIndex((value) => !(value >= 0 && value <= 1));
  if (outside >= 0) return outOfBounds(values, outside, words, "0 to 1");
  const [cx = 0, cy = 0, w = 0, h = 0] = values;
  return w === 0 || h === 0 ? noArea("a box without area") : { box: [cx, cy, w, h] };
}

/** How far outlines and keypoints may lie out of the image, as fractions of its sides; single precision, as in YOLOv8 (8.3). */
const least = Math.fround(-0.01);
const most = Math.fround(1.01);

/** Which coordinate lies outside of the image; -1 where none does. */
function findOutside(values: readonly number[], isCoordinate: (index: number) => boolean = () => true): number {
  return values.findIndex((value, i) => {
    const single = Math.fround(value);
    return single < least || (isCoordinate(i) && single > most);
  });
}

function readOutline(values: readonly number[]): Shape | Fault {
  const polygon = Float32Array.from(values);
  const box = enclosingBox(polygon);
  const outside = findOutside(box);
  if (outside >= 0) {
    const around = box.map((value) => Number(value.toFixed(4))).join(" ");
    const kind = (box[outside] ?? 0) < 0 ? "negative" : "out-of-bounds";
    return { kind, reason: `the outline reaches far out of the image: the box around it is ${around} (cx cy w h)` };
  }
  return box[2] === 0 || box[3] === 0 ? noArea("a box without area") : { box, polygon };
}

function readKeypoints(values: readonly number[], words: readonly string[], { keypoints }: RowContext): Shape | Fault {
  const dimensions = keypoints?.shape[1] ?? 3;
  const shape = readBox(values.slice(0, 4), words);
  if ("reason" in shape) return shape;
  const numbers = values.slice(4);
  const outside = findOutside(numbers, (i) => i % dimensions < 2);
  if (outside >= 0) {
    if (outside % dimensions < 2) return outOfBounds(values, 4 + outside, words, "0 to 1, keypoints to within 0.01");
    const what = `the visibility in column ${outside + 6} is negative: ${words[outside + 5]}`;
    return { kind: "negative", reason: `${what}; it is 0 (no label), 1 (hidden) or 2 (visible)` };
  }
  if (dimensions === 3) return { ...shape, keypoints: numbers };
  const points: number[] = [];
  for (let i = 0; i < numbers.length; i += 2) {
    const [x = 0, y = 0] = [numbers[i], numbers[i + 1]];
    points.push(x, y, x < 0 || y < 0 ? 0 : 1);
  }
  return { ...shape, keypoints: points };
}

function outOfBounds(values: readonly number[], at: number, words: readonly string[], range: string): Fault {
  const kind = (values[at] ?? 0) < 0 ? "negative" : "out-of-bounds";
  const what = `column ${at + 2} is out of bounds: ${words[at + 1]}`;
  return { kind, reason: `${what}; coordinates are fractions of the image, ${range}` };
}

function noArea(reason: string): Fault {
  return { kind: "no-area", reason };
}

/** In single precision, step by step, so that the same labels have the same boxes as in YOLOv8 (8.3). */
function enclosingBox(points: Float32Array): Box {
  const [left, top, right, bottom] = pointBounds(points);
  const middle = (low: number, high: number): number => Math.fround(Math.fround(low + high) / 2);
  return [middle(left, right), middle(top, bottom), Math.fround(right - left), Math.fround(bottom - top)];
}

/** Whether the points do not all lie on one line. */
function spansArea(points: readonly number[]): boolean {
  const [x0 = 0, y0 = 0] = points;
  let [dx, dy] = [0, 0];
  for (let i = 2; i < points.length; i += 2) {
    const [x, y] = [(points[i] ?? 0) - x0, (points[i + 1] ?? 0) - y0];
    if (Math.abs(dx * y - dy * x) > 1e-9) return true;
    if (x * x + y * y > dx * dx + dy * dy) [dx, dy] = [x, y];
  }
  return false;
}

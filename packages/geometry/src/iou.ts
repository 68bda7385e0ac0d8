import { LookonceError } from "@lookonce/errors";
import { type BoxRow, boxRows } from "./box-rows.ts";

/** Keeps quotients finite; the value that YOLOv5 7.0 and YOLOv8 use. */
const EPSILON = 1e-7;

/**
 * A measure of overlap.
 *
 * - `iou`: intersection over union
 * - `giou`: less the share of the enclosing box that is in neither (Rezatofighi et al., 2019, arXiv:1902.09630)
 * - `diou`: less the squared distance of the centers over that of the enclosing box's corners (Zheng et al., 2020,
 *   arXiv:1911.08287)
 * - `ciou`: `diou` less a penalty for differing aspect ratios (the same paper)
 */
export type IouKind = "iou" | "giou" | "diou" | "ciou";

/** Options of {@link pairwiseIou}. */
export interface PairwiseIouOptions {
  /** The measure. Default `iou`. */
  kind?: IouKind;
  /** Format of the rows: two corners, or center, width and height. Default `xyxy`. */
  format?: "xyxy" | "xywh";
}

interface Sides {
  left: number;
  top: number;
  right: number;
  bottom: number;
  width: number;
  height: number;
}

/**
 * The overlap of each box in `a` with the box in the same row of `b`; `a` and `b` have `count * 4` numbers.
 *
 * Follows YOLOv8's arithmetic: an epsilon of 1e-7 is added to the union, to the enclosing box's measure and, in the
 * xyxy form, to heights. Boxes without width or height have finite numbers in both forms.
 *
 * @returns `count` numbers
 * @throws LookonceError `ARGUMENT` when the lengths differ or are no multiple of four
 */
export function pairwiseIou(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: PairwiseIouOptions = {},
): Float32Array {
  const { kind = "iou", format = "xyxy" } = options;
  const [first, second] = [boxRows(a, "a"), boxRows(b, "b")];
  if (first.length !== second.length) {
    throw new LookonceError(
      "ARGUMENT",
      `pairwiseIou compares row by row, but a has ${first.length} boxes and b ${second.length}. For all pairs use iouMatrix.`,
    );
  }
  const read = format === "xyxy" ? sidesOfCorners : sidesOfCenter;
  return Float32Array.from(first, (row, i) => overlap(read(row), read(second[i] ?? row), kind));
}

/** IoU of two single boxes (left, top, right, bottom); 0 where neither has an area. */
export function boxIou(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [[first], [second]] = [boxRows(a, "a"), boxRows(b, "b")];
  if (first === undefined || second === undefined) return 0;
  const shared = intersection(first, second);
  const union = areaOf(first) + areaOf(second) - shared;
  return union > 0 ? shared / union : 0;
}

/** IoU of every box in `a` with every box in `b` (xyxy rows), row-major `[boxes in a, boxes in b]`. */
export function iouMatrix(a: ArrayLike<number>, b: ArrayLike<number>): Float32Array {
  return allPairs(a, b, (shared, areaA, areaB) => shared / (areaA + areaB - shared + EPSILON));
}

/** Intersection over the area of the box in `b`, for every pair (xyxy rows), row-major `[boxes in a, boxes in b]`. */
export function bboxIoa(a: ArrayLike<number>, b: ArrayLike<number>): Float32Array {
  return allPairs(a, b, (shared, _, areaB) => shared / (areaB + EPSILON));
}

function allPairs(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  measure: (shared: number, areaA: number, areaB: number) => number,
): Float32Array {
  const [rows, columns] = [boxRows(a, "a"), boxRows(b, "b")];
  const areas = Float64Array.from(columns, areaOf);
  const out = new Float32Array(rows.length * columns.length);
  let i = 0;
  for (const row of rows) {
    const areaA = areaOf(row);
    for (let j = 0; j < columns.length; j++) {
      out[i++] = measure(intersection(row, columns[j] as BoxRow), areaA, areas[j] as number);
    }
  }
  return out;
}

function areaOf([left, top, right, bottom]: BoxRow): number {
  return (right - left) * (bottom - top);
}

function intersection(a: BoxRow, b: BoxRow): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return width > 0 && height > 0 ? width * height : 0;
}

function sidesOfCorners([left, top, right, bottom]: BoxRow): Sides {
  return { left, top, right, bottom, width: right - left, height: bottom - top + EPSILON };
}

function sidesOfCenter([x, y, width, height]: BoxRow): Sides {
  return { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2, width, height };
}

function overlap(a: Sides, b: Sides, kind: IouKind): number {
  const sharedWidth = Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left));
  const sharedHeight = Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  const shared = sharedWidth * sharedHeight;
  const union = a.width * a.height + b.width * b.height - shared + EPSILON;
  const iou = shared / union;
  if (kind === "iou") return iou;

  const outerWidth = Math.max(a.right, b.right) - Math.min(a.left, b.left);
  const outerHeight = Math.max(a.bottom, b.bottom) - Math.min(a.top, b.top);
  if (kind === "giou") {
    const outer = outerWidth * outerHeight + EPSILON;
    return iou - (outer - union) / outer;
  }
  const diagonal = outerWidth ** 2 + outerHeight ** 2 + EPSILON;
  const distance = ((b.left + b.right - a.left - a.right) ** 2 + (b.top + b.bottom - a.top - a.bottom) ** 2) / 4;
  const diou = iou - distance / diagonal;
  return kind === "diou" ? diou : diou - aspectPenalty(a, b, iou);
}

/** α · v of CIoU. `atan2` is atan(width / height) for a flat box and 0 for a point, where the quotient is NaN. */
function aspectPenalty(a: Sides, b: Sides, iou: number): number {
  const difference = Math.atan2(b.width, b.height) - Math.atan2(a.width, a.height);
  const v = (4 / Math.PI ** 2) * difference ** 2;
  return (v * v) / (v - iou + 1 + EPSILON);
}

import type { Prediction, Prototypes } from "./nms/prediction.ts";

/** A level's raw predictions for one image. */
export interface RawMap {
  data: Float32Array;
  /** [1, h, w, outputs per cell]. */
  shape: readonly number[];
}

/** What a detector's head needs besides its maps to predict boxes. */
export interface HeadSpec {
  /** Number of classes. */
  nc: number;
  /** Pixels per cell of each level, finest first. */
  strides: readonly number[];
  /** Bins per side of a box, 1 where that is the distance itself; 0 with anchors. */
  regMax: number;
  /** [level][anchor] = [width, height] in cells; empty for an anchor-free head. */
  anchors: readonly (readonly (readonly [width: number, height: number])[])[];
  /** Numbers of each anchor after its classes: mask coefficients, keypoints, an angle. Default 0. */
  extras?: number;
  /** Number of keypoints and of values of each, of heads that predict any. */
  keypointShape?: readonly [count: number, values: number] | undefined;
  /** Whether a keypoint is written in cells from its cell's center, or in half cells from its corner. Default `corner`. */
  keypointOffsets?: "center" | "corner";
  /** Whether a rotated box's last number is its angle in radians, or a logit of it. Default `logits`. */
  angles?: "radians" | "logits";
  /** Whether each object is predicted once, so that nothing has to be suppressed. Default false. */
  endToEnd?: boolean;
  /** Branches that the maps are of; those of the first are decoded. Default 1. */
  branches?: number;
}

/** The decoded anchors of one image, [1, count, channels]. */
export interface DecodedMaps extends Prediction {
  shape: number[];
  layout: "NAC";
  /** Number of each row's anchor among all anchors of the image. */
  anchors: Int32Array;
}

/**
 * Decodes those anchors of an image whose confidence can exceed a threshold to boxes in pixels and probabilities.
 *
 * The formulas are those of `decodeAnchorFree` and `decodeAnchorBased` in `@lookonce/nn`. An image has thousands of anchors
 * and a handful of objects: deciding on raw numbers first, which sigmoids keep in order, spares the network's graph all of
 * the decoding. Probabilities that do not reach the threshold are left at 0. A task's extras come last in a row, as they are
 * in the map.
 *
 * @param maps the levels' raw predictions, finest first, of one branch or more; perhaps a map of prototypes after them, which is
 *   passed on
 * @param conf anchors that do not exceed it are left out; some that miss it by rounding alone may be there
 */
export function decodeMaps(maps: readonly RawMap[], head: HeadSpec, conf: number): DecodedMaps {
  const threshold = leastLogit(conf);
  const hasObjectness = head.anchors.length > 0;
  const { nc, extras = 0, strides, keypointShape, endToEnd = false, branches = 1 } = head;
  const rows = new Rows((hasObjectness ? 5 : 4) + nc + extras);
  const decodeLevel = hasObjectness ? decodeAnchorBased : decodeAnchorFree;
  let first = 0;
  for (const [level, { data, shape }] of maps.slice(0, strides.length).entries()) {
    const [, height = 0, width = 0] = shape;
    first += decodeLevel({ values: data, height, width, level, first, conf, threshold }, head, rows);
  }
  const prototypes = maps[branches * strides.length];
  return {
    ...rows.finish(),
    allAnchors: first,
    hasObjectness,
    extras,
    keypointShape,
    endToEnd,
    prototypes: prototypes && prototypesOf(prototypes),
  };
}

/** The map of prototypes of one image, [1, h, w, channels]. */
function prototypesOf({ data, shape }: RawMap): Prototypes {
  const [, height = 0, width = 0, channels = 0] = shape;
  return { data, shape: [height, width, channels] };
}

interface Level {
  /** [height, width, outputs]. */
  values: Float32Array;
  height: number;
  width: number;
  level: number;
  /** Number of the level's first anchor. */
  first: number;
  conf: number;
  /** Logits that do not exceed it have a probability of at most `conf`. */
  threshold: number;
}

/** Without anchors: 4 · regMax bins of left, top, right, bottom, class logits, extras. Returns the number of anchors. */
function decodeAnchorFree(one: Level, head: HeadSpec, rows: Rows): number {
  const { values, height, width, level, first, threshold } = one;
  const { nc, regMax, extras = 0 } = head;
  const stride = head.strides[level] as number;
  const bins = 4 * regMax;
  const last = bins + nc;
  const outputs = last + extras;
  const cells = height * width;
  for (let cell = 0, at = 0; cell < cells; cell++, at += outputs) {
    let passes = false;
    for (let i = at + bins, end = at + last; i < end; i++) passes ||= (values[i] as number) > threshold;
    if (!passes) continue;
    const row = rows.add(first + cell);
    const left = expectedDistance(values, at, regMax);
    const top = expectedDistance(values, at + regMax, regMax);
    const right = expectedDistance(values, at + 2 * regMax, regMax);
    const bottom = expectedDistance(values, at + 3 * regMax, regMax);
    const { data } = rows;
    data[row] = ((cell % width) + 0.5 + (right - left) / 2) * stride;
    data[row + 1] = (Math.floor(cell / width) + 0.5 + (bottom - top) / 2) * stride;
    data[row + 2] = (left + right) * stride;
    data[row + 3] = (top + bottom) * stride;
    for (let c = 0; c < nc; c++) {
      const logit = values[at + bins + c] as number;
      if (logit > threshold) data[row + 4 + c] = sigmoid(logit);
    }
    for (let i = 0; i < extras; i++) data[row + 4 + nc + i] = values[at + last + i] as number;
  }
  return cells;
}

/** With anchors, one after the other within a cell: x, y, width, height, objectness, classes, extras. Rows run over anchor, y, x. */
function decodeAnchorBased(one: Level, head: HeadSpec, rows: Rows): number {
  const { values, height, width, level, first, conf, threshold } = one;
  const anchors = head.anchors[level] ?? [];
  const stride = head.strides[level] as number;
  const last = 5 + head.nc;
  const no = last + (head.extras ?? 0);
  const cells = height * width;
  anchors.forEach(([anchorWidth, anchorHeight], anchor) => {
    for (let cell = 0, at = anchor * no; cell < cells; cell++, at += no * anchors.length) {
      if (!((values[at + 4] as number) > threshold)) continue;
      const objectness = sigmoid(values[at + 4] as number);
      const needed = leastLogit(conf / objectness);
      let passes = false;
      for (let i = at + 5, end = at + last; i < end; i++) passes ||= (values[i] as number) > needed;
      if (!passes) continue;
      const row = rows.add(first + anchor * cells + cell);
      const { data } = rows;
      data[row] = (2 * sigmoid(values[at] as number) - 0.5 + (cell % width)) * stride;
      data[row + 1] = (2 * sigmoid(values[at + 1] as number) - 0.5 + Math.floor(cell / width)) * stride;
      data[row + 2] = (2 * sigmoid(values[at + 2] as number)) ** 2 * anchorWidth * stride;
      data[row + 3] = (2 * sigmoid(values[at + 3] as number)) ** 2 * anchorHeight * stride;
      data[row + 4] = objectness;
      for (let i = 5; i < last; i++) {
        const logit = values[at + i] as number;
        if (logit > needed) data[row + i] = sigmoid(logit);
      }
      for (let i = last; i < no; i++) data[row + i] = values[at + i] as number;
    }
  });
  return anchors.length * cells;
}

/** The logit that is exceeded where a probability exceeds `conf`: σ(x) > conf ⇔ x > ln(conf / (1 − conf)). */
function leastLogit(conf: number): number {
  // Room for rounding, by which a probability may also become 1
  return conf > 0 ? Math.log(conf / Math.max(1 - conf, 1e-7)) - 1e-4 : Number.NEGATIVE_INFINITY;
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Σ softmax(x)ᵢ · i over the bins of one side (Distribution Focal Loss, Li et al., arXiv 2006.04388); a single one as it is. */
function expectedDistance(values: Float32Array, at: number, regMax: number): number {
  if (regMax === 1) return values[at] as number;
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < regMax; i++) largest = Math.max(largest, values[at + i] as number);
  let [sum, weighted] = [0, 0];
  for (let i = 0; i < regMax; i++) {
    const weight = Math.exp((values[at + i] as number) - largest);
    sum += weight;
    weighted += weight * i;
  }
  return weighted / sum;
}

/** Rows of equal width whose number is not known beforehand. */
class Rows {
  data: Float32Array;
  readonly #width: number;
  #anchors: Int32Array = new Int32Array(64);
  #count = 0;

  constructor(width: number) {
    this.#width = width;
    this.data = new Float32Array(64 * width);
  }

  /** Adds a row of zeros; returns the index of its first number. */
  add(anchor: number): number {
    if (this.#count === this.#anchors.length) this.#grow();
    this.#anchors[this.#count] = anchor;
    return this.#count++ * this.#width;
  }

  finish(): Pick<DecodedMaps, "data" | "shape" | "layout" | "anchors"> {
    const count = this.#count;
    return {
      data: this.data.subarray(0, count * this.#width),
      shape: [1, count, this.#width],
      layout: "NAC",
      anchors: this.#anchors.subarray(0, count),
    };
  }

  #grow(): void {
    const [data, anchors] = [this.data, this.#anchors];
    this.data = new Float32Array(data.length * 4);
    this.data.set(data);
    this.#anchors = new Int32Array(anchors.length * 4);
    this.#anchors.set(anchors);
  }
}

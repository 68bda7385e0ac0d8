import { flipLeftRight } from "@lookonce/augment";
import type { Task } from "@lookonce/families";
import type { Prediction } from "@lookonce/geometry";
import { blankImage, type Image, resizeBilinear, type Size } from "@lookonce/image";
import type { Detector, DetectorFamily, DetectorOutput } from "./detector.ts";

/** A variant of an image that the network runs on. */
interface View {
  scale: number;
  mirrored: boolean;
}

/** The views of YOLOv5 (6.0 to 7.0) and YOLOv8 (8.0 to 8.3). */
const views: readonly View[] = [
  { scale: 1, mirrored: false },
  { scale: 0.83, mirrored: true },
  { scale: 0.67, mirrored: false },
];

/** Gray of a letterbox, with which scaled images are padded. */
const border = 114;

/**
 * Test-time augmentation: runs a detector on every image three times, as it is, mirrored at 83 % and at 67 % of its size, and
 * joins the predictions before suppression (YOLOv5 6.0 to 7.0, YOLOv8 8.0 to 8.3). Predictions of the coarsest grid for the
 * largest view and of the finest for the smallest are left out: the other views detect such objects better.
 *
 * Networks of one fixed size run on the smaller views on their canvas of that size.
 */
export class AugmentedDetector implements Detector {
  readonly family: DetectorFamily;
  readonly task?: Task;
  readonly names: readonly string[];
  readonly stride: number;
  readonly fixedSize: Size | undefined;
  readonly #inner: Detector;

  /** @param inner the detector to run; it is not disposed of with this one */
  constructor(inner: Detector) {
    this.family = inner.family;
    if (inner.task !== undefined) this.task = inner.task;
    this.names = inner.names;
    this.stride = inner.stride;
    this.fixedSize = inner.fixedSize;
    this.#inner = inner;
  }

  async detect(images: readonly Image[]): Promise<DetectorOutput> {
    const start = performance.now();
    const parts: Part[][] = images.map(() => []);
    let prepareMs = 0;
    for (const [i, view] of views.entries()) {
      const canvas = this.fixedSize ?? canvasFor(images[0] as Image, view.scale, this.stride);
      // Below every confidence: the grid of an anchor can be determined only while all anchors are there
      const output = await this.#inner.detect(
        images.map((image) => drawView(image, view, canvas)),
        -1,
      );
      prepareMs += output.prepareMs;
      for (const [k, prediction] of output.predictions.entries()) {
        const rows = rowsOf(prediction);
        const all = { first: 0, end: rows.count };
        const kept = this.#inner.isSuppressed ? all : this.#keptAnchors(i, rows.count, canvas);
        parts[k]?.push(restore({ ...rows, ...kept }, view, images[k] as Image));
      }
    }
    const predictions = parts.map((one) => join(one, this.family.hasObjectness));
    return { predictions, prepareMs, inferenceMs: performance.now() - start - prepareMs };
  }

  /** The inner detector belongs to its creator. */
  async dispose(): Promise<void> {}

  /** Range of a view's anchors that count. */
  #keptAnchors(view: number, count: number, { width, height }: Size): { first: number; end: number } {
    const cells = (width / this.stride) * (height / this.stride);
    const levels = countLevels(count / cells);
    if (levels === undefined) return { first: 0, end: count };
    const coarsest = count / cellsPerCoarsest(levels);
    const finest = coarsest * 4 ** (levels - 1);
    if (view === 0) return { first: 0, end: count - coarsest };
    return view === views.length - 1 ? { first: finest, end: count } : { first: 0, end: count };
  }
}

/** Sides of a scaled image's canvas: whole multiples of the stride. */
function canvasFor({ width, height }: Size, scale: number, stride: number): Size {
  const side = (length: number): number => Math.ceil((length * scale) / stride) * stride;
  return { width: side(width), height: side(height) };
}

/** The image, mirrored and scaled, in the top left corner of its canvas. */
function drawView(image: Image, { scale, mirrored }: View, canvas: Size): Image {
  if (scale === 1 && !mirrored) return image;
  const turned = mirrored ? mirror(image) : image;
  const size = { width: Math.floor(image.width * scale), height: Math.floor(image.height * scale) };
  const scaled = resizeBilinear(turned, size);
  const target = blankImage(canvas, border);
  const row = size.width * 3;
  for (let y = 0; y < size.height; y++) {
    target.data.set(scaled.data.subarray(y * row, (y + 1) * row), y * canvas.width * 3);
  }
  return target;
}

function mirror(image: Image): Image {
  return flipLeftRight({ image, boxes: new Float32Array(0), classes: new Int32Array(0) }).image;
}

/** Rows of one anchor each. */
interface Rows {
  data: Float32Array;
  count: number;
  channels: number;
}

function rowsOf({ data, shape, layout }: Prediction): Rows {
  const [count, channels] = (layout === "NAC" ? [shape[1], shape[2]] : [shape[2], shape[1]]) as [number, number];
  if (layout === "NAC") return { data, count, channels };
  const rows = new Float32Array(count * channels);
  for (let channel = 0; channel < channels; channel++) {
    for (let anchor = 0; anchor < count; anchor++) {
      rows[anchor * channels + channel] = data[channel * count + anchor] as number;
    }
  }
  return { data: rows, count, channels };
}

/** Rows in pixels of the original image. */
interface Part {
  data: Float32Array;
  channels: number;
}

/** Maps boxes (center x, center y, width, height) of a view back to the image. */
function restore(rows: Rows & { first: number; end: number }, { scale, mirrored }: View, { width }: Size): Part {
  const { data, channels, first, end } = rows;
  const restored = data.slice(first * channels, end * channels);
  for (let at = 0; at < restored.length; at += channels) {
    for (let k = 0; k < 4; k++) restored[at + k] = (restored[at + k] as number) / scale;
    if (mirrored) restored[at] = width - (restored[at] as number);
  }
  return { data: restored, channels };
}

function join(parts: readonly Part[], hasObjectness: boolean): Prediction {
  const channels = (parts[0] as Part).channels;
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { data, shape: [1, data.length / channels, channels], layout: "NAC", hasObjectness };
}

/** Cells of all grids for one of the coarsest, each grid twice as fine as the next: 1, 5, 21, 85, … */
function cellsPerCoarsest(levels: number): number {
  return (4 ** levels - 1) / 3;
}

/** Number of grids, from the number of anchors for each cell of the coarsest; each cell has the same number. */
function countLevels(anchorsPerCell: number): number | undefined {
  for (let levels = 5; levels > 1; levels--) if (anchorsPerCell % cellsPerCoarsest(levels) === 0) return levels;
  return undefined;
}

import { flipLeftRight } from "@lookonce/augment";
import type { Prediction } from "@lookonce/geometry";
import { blankImage, type Image, resizeBilinear, type Size } from "@lookonce/image";
import type { Detector, DetectorOutput } from "./detector.ts";

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
export async function detectAugmented(detector: Detector, images: readonly Image[]): Promise<DetectorOutput> {
  const { stride, fixedSize, family, isSuppressed } = detector;
  const start = performance.now();
  const parts: Float32Array[][] = images.map(() => []);
  let channels = 0;
  let prepareMs = 0;
  for (const view of views) {
    const canvas = fixedSize ?? canvasFor(images[0] as Image, view.scale, stride);
    const drawn = images.map((image) => drawView(image, view, canvas));
    // Below every confidence: the grid of an anchor can be determined only while all anchors are there
    const output = await detector.detect(drawn, -1);
    prepareMs += output.prepareMs;
    for (const [k, prediction] of output.predictions.entries()) {
      const { data, shape } = anchorsFirst(prediction);
      const [, count = 0, width = 0] = shape;
      const [first, end] = isSuppressed
        ? [0, count]
        : keptAnchors(view, count, (canvas.width * canvas.height) / stride ** 2);
      channels = width;
      const kept = data.slice(first * channels, end * channels);
      parts[k]?.push(restore(kept, channels, view, images[k] as Image));
    }
  }
  const { hasObjectness } = family;
  const predictions = parts.map((all): Prediction => {
    const data = new Float32Array(all.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of all) {
      data.set(part, at);
      at += part.length;
    }
    return { data, shape: [1, data.length / channels, channels], layout: "NAC", hasObjectness };
  });
  return { predictions, prepareMs, inferenceMs: performance.now() - start - prepareMs };
}

/** Sides of a scaled image's canvas: whole multiples of the stride. */
function canvasFor({ width, height }: Size, scale: number, stride: number): Size {
  const side = (length: number): number => Math.ceil((length * scale) / stride) * stride;
  return { width: side(width), height: side(height) };
}

/** The image, mirrored and scaled, in the top left corner of its canvas. */
function drawView(image: Image, { scale, mirrored }: View, canvas: Size): Image {
  if (scale === 1 && !mirrored) return image;
  const none = { boxes: new Float32Array(0), classes: new Int32Array(0) };
  const turned = mirrored ? flipLeftRight({ image, ...none }).image : image;
  const size = { width: Math.floor(image.width * scale), height: Math.floor(image.height * scale) };
  const scaled = resizeBilinear(turned, size);
  const target = blankImage(canvas, border);
  const row = size.width * 3;
  for (let y = 0; y < size.height; y++) {
    target.data.set(scaled.data.subarray(y * row, (y + 1) * row), y * canvas.width * 3);
  }
  return target;
}

/** The prediction with its axes in the order `NAC`. */
function anchorsFirst(prediction: Prediction): Pick<Prediction, "data" | "shape"> {
  const { data, shape, layout } = prediction;
  if (layout === "NAC") return prediction;
  const [, channels = 0, count = 0] = shape;
  const rows = new Float32Array(count * channels);
  for (let channel = 0; channel < channels; channel++) {
    for (let anchor = 0; anchor < count; anchor++) {
      rows[anchor * channels + channel] = data[channel * count + anchor] as number;
    }
  }
  return { data: rows, shape: [1, count, channels] };
}

/**
 * Range of a view's anchors that count. Each grid is twice as fine as the next, so that for one cell of the coarsest there are
 * 1, 5, 21, 85, … cells in all; each has the same number of anchors.
 *
 * @param cells cells of the coarsest grid
 */
function keptAnchors(view: View, count: number, cells: number): [first: number, end: number] {
  const perCoarsest = (levels: number): number => (4 ** levels - 1) / 3;
  const levels = [5, 4, 3, 2].find((number) => (count / cells) % perCoarsest(number) === 0);
  if (levels === undefined) return [0, count];
  const coarsest = count / perCoarsest(levels);
  if (view === views[0]) return [0, count - coarsest];
  return view === views.at(-1) ? [coarsest * 4 ** (levels - 1), count] : [0, count];
}

/** Maps boxes (center x, center y, width, height) of a view back to the image, in place. */
function restore(rows: Float32Array, channels: number, { scale, mirrored }: View, { width }: Size): Float32Array {
  for (let at = 0; at < rows.length; at += channels) {
    for (let k = 0; k < 4; k++) rows[at + k] = (rows[at + k] as number) / scale;
    if (mirrored) rows[at] = width - (rows[at] as number);
  }
  return rows;
}

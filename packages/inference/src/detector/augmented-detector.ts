import { flipLeftRight } from "@lookonce/augment";
import { blankImage, type Image, resizeBilinear, type Size } from "@lookonce/image";
import type { CompiledDetector, Detector, RawDetections } from "./detector.ts";

/** How an image is looked at once more. */
interface Look {
  scale: number;
  mirrored: boolean;
}

/** The looks of YOLOv5 (6.0 to 7.0) and YOLOv8 (8.0 to 8.3). */
const looks: readonly Look[] = [
  { scale: 1, mirrored: false },
  { scale: 0.83, mirrored: true },
  { scale: 0.67, mirrored: false },
];

/** Gray of a letterbox, with which scaled images are filled up. */
const border = 114;

/**
 * Looks at every image three times, as it is, mirrored at 83 % and at 67 % of its size, and joins what another detector
 * says of each, before suppression (YOLOv5 6.0 to 7.0, YOLOv8 8.0 to 8.3). Predictions of the coarsest grid for the largest
 * image and of the finest for the smallest are left out: the other looks see such objects better.
 *
 * Networks of one fixed size see the smaller images on their canvas of that size.
 */
export class AugmentedDetector implements Detector {
  readonly family: "v5" | "v8";
  readonly names: readonly string[];
  readonly stride: number;
  readonly fixedSize: Size | undefined;
  readonly #inner: Detector;

  /** @param inner the detector that looks; it is not disposed of with this one */
  constructor(inner: Detector) {
    this.family = inner.family;
    this.names = inner.names;
    this.stride = inner.stride;
    this.fixedSize = inner.fixedSize;
    this.#inner = inner;
  }

  async compile(size: Size, count?: number): Promise<CompiledDetector> {
    const canvases = looks.map(({ scale }) => this.fixedSize ?? canvasFor(size, scale, this.stride));
    const networks: CompiledDetector[] = [];
    for (const canvas of canvases) networks.push(await this.#inner.compile(canvas, count));
    return { run: (images) => this.#look(images, canvases, networks) };
  }

  /** The inner detector belongs to whoever made it. */
  async dispose(): Promise<void> {}

  async #look(
    images: readonly Image[],
    canvases: readonly Size[],
    networks: readonly CompiledDetector[],
  ): Promise<RawDetections[]> {
    const parts: Part[][] = images.map(() => []);
    for (const [i, look] of looks.entries()) {
      const canvas = canvases[i] as Size;
      const seen = images.map((image) => lookOf(image, look, canvas));
      // Below every confidence: which grid an anchor is of shows only while all are there
      const raw = await (networks[i] as CompiledDetector).run(seen, -1);
      raw.forEach((prediction, k) => {
        const rows = rowsOf(prediction);
        const { first, end } = prediction.isSuppressed
          ? { first: 0, end: rows.count }
          : this.#kept(i, rows.count, canvas);
        const { width } = images[k] as Image;
        (parts[k] as Part[]).push(restore({ ...rows, first, end }, look, width));
      });
    }
    return parts.map(join);
  }

  /** Which of a look's anchors count. */
  #kept(look: number, count: number, { width, height }: Size): { first: number; end: number } {
    const cells = (width / this.stride) * (height / this.stride);
    const levels = levelsOf(count / cells);
    if (levels === undefined) return { first: 0, end: count };
    const coarsest = count / cellsOver(levels);
    const finest = coarsest * 4 ** (levels - 1);
    if (look === 0) return { first: 0, end: count - coarsest };
    return look === looks.length - 1 ? { first: finest, end: count } : { first: 0, end: count };
  }
}

/** Sides of a scaled image's canvas: whole multiples of the stride. */
function canvasFor({ width, height }: Size, scale: number, stride: number): Size {
  const side = (length: number): number => Math.ceil((length * scale) / stride) * stride;
  return { width: side(width), height: side(height) };
}

/** The image, mirrored and scaled, in the top left corner of its canvas. */
function lookOf(image: Image, { scale, mirrored }: Look, canvas: Size): Image {
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

function rowsOf({ data, shape, layout }: RawDetections): Rows {
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

/** Rows in pixels of the image that was looked at. */
interface Part {
  data: Float32Array;
  channels: number;
}

/** Brings boxes (center x, center y, width, height) back from a look to the image. */
function restore(rows: Rows & { first: number; end: number }, { scale, mirrored }: Look, width: number): Part {
  const { data, channels, first, end } = rows;
  const restored = data.slice(first * channels, end * channels);
  for (let at = 0; at < restored.length; at += channels) {
    for (let k = 0; k < 4; k++) restored[at + k] = (restored[at + k] as number) / scale;
    if (mirrored) restored[at] = width - (restored[at] as number);
  }
  return { data: restored, channels };
}

function join(parts: readonly Part[]): RawDetections {
  const channels = (parts[0] as Part).channels;
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { data, shape: [1, data.length / channels, channels], layout: "NAC" };
}

/** Cells of all grids for one of the coarsest, each grid twice as fine as the next: 1, 5, 21, 85, … */
function cellsOver(levels: number): number {
  return (4 ** levels - 1) / 3;
}

/** How many grids there are, from how many anchors there are for each cell of the coarsest; each cell has as many. */
function levelsOf(anchorsPerCell: number): number | undefined {
  for (let levels = 5; levels > 1; levels--) if (anchorsPerCell % cellsOver(levels) === 0) return levels;
  return undefined;
}

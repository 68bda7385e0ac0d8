import {
  type CocoRle,
  cocoRle,
  type ImageSize,
  letterboxingBetween,
  type Masks,
  maskBitmap,
  maskOutlines,
  maskPolygon,
  maskRuns,
  type PolygonParts,
  pickMasks,
  scaleMasks,
  scalePoints,
} from "@lookonce/geometry";
import type { Drawable } from "@lookonce/plots";
import { ResultEntry } from "./result-entry.ts";
import { fiveDigits } from "./rounded.ts";

/** What families do differently with masks. */
export interface MaskRules {
  /** Which parts the polygon of a mask of several has. */
  parts: PolygonParts;
  /** How the letterbox's border is rounded when a mask is scaled to the image. */
  border: "rounded" | "truncated";
}

/** Those of YOLOv8 (8.3). */
export const v8MaskRules: MaskRules = { parts: "all", border: "rounded" };

/** Those of YOLOv5 (7.0). */
export const v5MaskRules: MaskRules = { parts: "largest", border: "truncated" };

/** The masks of an image's detections, in the forms that people use, in the order of the detections. */
export class MaskResults extends ResultEntry {
  /** As they were made: in pixels of the network's input with its padding, or of the image with `retina_masks`. */
  readonly masks: Masks;
  /** How many there are. */
  readonly count: number;
  /** How its family's masks are written. */
  readonly rules: MaskRules;
  readonly #size: ImageSize;
  #inImage: Masks | undefined;
  #xy: Float32Array[] | undefined;

  /** @param size of the image, in pixels, @param rules default: those of YOLOv8 */
  constructor(masks: Masks, size: ImageSize, rules: MaskRules = v8MaskRules) {
    super();
    this.rules = rules;
    this.masks = masks;
    this.count = masks.patches.length;
    this.#size = { width: size.width, height: size.height };
  }

  /** Polygons x, y, … in pixels of the image: outer contours, of a mask of several parts joined; empty for an empty mask. */
  get xy(): readonly Float32Array[] {
    const letterboxing = letterboxingBetween(this.masks, this.#size);
    this.#xy ??= this.masks.patches.map((patch) =>
      scalePoints(maskPolygon(patch, this.rules.parts), letterboxing, this.#size),
    );
    return this.#xy;
  }

  /** {@link xy} as fractions of the image's sides; new arrays each time. */
  get xyn(): Float32Array[] {
    return this.xy.map((polygon) => Float32Array.from(this.#shares(polygon)));
  }

  /** A mask's pixels in the image, [height, width]: 1 where the object is, else 0; a new array each time. */
  bitmap(index: number): Uint8Array {
    return maskBitmap(this.#size, this.#patch(index));
  }

  /** A mask in the image as runs row by row: pixels without the object, with it, and so on; the first may be 0. */
  runs(index: number): number[] {
    return maskRuns(this.#size, this.#patch(index));
  }

  /** A mask in the image in COCO's compressed form. */
  rle(index: number): CocoRle {
    return cocoRle(this.#size, this.#patch(index));
  }

  override pick(rows: Int32Array): MaskResults {
    return new MaskResults(pickMasks(this.masks, rows), this.#size, this.rules);
  }

  override plain(index: number): { segments: { x: number[]; y: number[] } } {
    const points = Array.from(this.xy[index] ?? [], fiveDigits);
    return { segments: { x: points.filter((_, i) => i % 2 === 0), y: points.filter((_, i) => i % 2 === 1) } };
  }

  /** The polygon; of a mask too small for one the box's corners, because a line needs three points. */
  override lineValues(index: number, box: readonly number[]): readonly number[] {
    const polygon = this.xy[index];
    if (polygon !== undefined && polygon.length >= 6) return this.#shares(polygon);
    const [x = 0, y = 0, width = 0, height = 0] = box;
    const [left, top, right, bottom] = [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
    return [left, top, left, bottom, right, bottom, right, top];
  }

  override coco(index: number): { segmentation: CocoRle } {
    return { segmentation: this.rle(index) };
  }

  override shapes([horizontal, vertical]: readonly [number, number]): Partial<Drawable> {
    const { ratio, padding } = letterboxingBetween(this.masks, this.#size);
    const scale = [horizontal / ratio[0], vertical / ratio[1]] as const;
    const masks = this.masks.patches.map((patch) =>
      maskOutlines(patch).map((line) =>
        line.map((value, i) => (value - padding[i % 2 === 0 ? 0 : 1]) * scale[i % 2 === 0 ? 0 : 1]),
      ),
    );
    return { masks };
  }

  #shares(polygon: Float32Array): number[] {
    const { width, height } = this.#size;
    return Array.from(polygon, (value, i) => value / (i % 2 === 0 ? width : height));
  }

  #patch(index: number): Masks["patches"][number] {
    this.#inImage ??= scaleMasks(this.masks, this.#size, this.rules.border);
    const patch = this.#inImage.patches[index];
    if (patch === undefined) throw new RangeError(`There is no mask ${index}; there are ${this.count}.`);
    return patch;
  }
}

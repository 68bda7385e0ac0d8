import { enclosingBoxes, type ImageSize, normalizeBoxes, rotatedCorners, withAngles } from "@lookonce/geometry";
import type { Drawable } from "@lookonce/plots";
import { ResultEntry, type TrackableBoxes, type TrackedRows } from "./result-entry.ts";
import { fiveDigits } from "./rounded.ts";

/** Oriented boxes of an image, best first, in the forms that people use: `obb` of results. */
export class ObbResults extends ResultEntry {
  /** [count, 5]: center x, center y, width, height in pixels; the angle in radians, clockwise, by which the width is turned. */
  readonly xywhr: Float32Array;
  override readonly hasCrops = false;
  readonly #size: ImageSize;

  /** @param size of the image, in pixels */
  constructor(xywhr: Float32Array, size: ImageSize) {
    super();
    this.xywhr = xywhr;
    this.#size = { width: size.width, height: size.height };
  }

  /** How many there are. */
  get count(): number {
    return this.xywhr.length / 5;
  }

  /** [count, 4, 2]: the corners in pixels; a new array each time. */
  get xyxyxyxy(): Float32Array {
    return rotatedCorners(this.xywhr);
  }

  /** [count, 4, 2]: the corners as shares of the image's sides; a new array each time. */
  get xyxyxyxyn(): Float32Array {
    return normalizeBoxes(this.xyxyxyxy, this.#size);
  }

  /** [count, 4]: the upright boxes around them, left, top, right, bottom in pixels; a new array each time. */
  get xyxy(): Float32Array {
    return enclosingBoxes(this.xywhr);
  }

  override pick(rows: Int32Array): ObbResults {
    const picked = new Float32Array(5 * rows.length);
    for (const [i, row] of rows.entries()) picked.set(this.#row(row), 5 * i);
    return new ObbResults(picked, this.#size);
  }

  override trackable(): TrackableBoxes {
    return {
      boxes: this.xywhr.filter((_, i) => i % 5 < 4),
      angles: this.xywhr.filter((_, i) => i % 5 === 4),
    };
  }

  /** The filtered boxes, with their detections' angles. */
  override tracked({ boxes, angles, detections }: TrackedRows): ObbResults {
    return angles === undefined ? this.pick(detections) : new ObbResults(withAngles(boxes, angles), this.#size);
  }

  override plain(index: number): { obb: PlainRotatedBox } {
    const [x = 0, y = 0, width = 0, height = 0, angle = 0] = Array.from(this.#row(index), fiveDigits);
    const corners = pairs(rotatedCorners(this.#row(index)));
    return { obb: { x, y, width, height, angle, corners } };
  }

  override lineValues(index: number): number[] {
    return [...normalizeBoxes(rotatedCorners(this.#row(index)), this.#size)];
  }

  override coco(index: number): { bbox: undefined; rbox: number[]; poly: number[] } {
    const rounded = (values: Float32Array): number[] => Array.from(values, (value) => Number(value.toFixed(3)));
    return { bbox: undefined, rbox: rounded(this.#row(index)), poly: rounded(rotatedCorners(this.#row(index))) };
  }

  override shapes([across, down]: readonly [number, number]): Partial<Drawable> {
    return { rotated: this.xyxyxyxy.map((value, i) => value * (i % 2 === 0 ? across : down)) };
  }

  #row(index: number): Float32Array {
    return this.xywhr.subarray(5 * index, 5 * index + 5);
  }
}

/** An oriented box as plain data, in pixels of the original image. */
export interface PlainRotatedBox {
  /** The center. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** Radians by which the width is turned, clockwise. */
  angle: number;
  /** The four corners, each x and y. */
  corners: [x: number, y: number][];
}

function pairs(points: Float32Array): [number, number][] {
  return Array.from({ length: points.length / 2 }, (_, i) => [
    fiveDigits(points[2 * i] ?? 0),
    fiveDigits(points[2 * i + 1] ?? 0),
  ]);
}

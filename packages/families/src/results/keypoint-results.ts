import { type ImageSize, pickRows } from "@lookonce/geometry";
import type { Drawable } from "@lookonce/plots";
import { ResultEntry } from "./result-entry.ts";
import { fiveDigits } from "./rounded.ts";

/** The keypoints of an image's detections, in the forms that people use, in the order of the detections. */
export class KeypointResults extends ResultEntry {
  /** [count, K, D]: x, y in pixels of the image and, where D is 3, how certainly the point is visible, from 0 to 1. */
  readonly data: Float32Array;
  /** Keypoints of a detection, and values of each: 2 or 3. */
  readonly shape: readonly [points: number, values: number];
  /** How many detections there are. */
  readonly count: number;
  readonly #size: ImageSize;

  /** @param size of the image, in pixels */
  constructor(data: Float32Array, shape: readonly [points: number, values: number], size: ImageSize) {
    super();
    this.data = data;
    this.shape = shape;
    this.count = data.length / (shape[0] * shape[1]);
    this.#size = { width: size.width, height: size.height };
  }

  /** [count, K, 2]: x, y in pixels of the image; a new array each time. */
  get xy(): Float32Array {
    const { data, shape } = this;
    const values = shape[1];
    return Float32Array.from({ length: (data.length / values) * 2 }, (_, i) => data[(i >> 1) * values + (i & 1)] ?? 0);
  }

  /** {@link xy} as fractions of the image's sides; a new array each time. */
  get xyn(): Float32Array {
    const { width, height } = this.#size;
    return this.xy.map((value, i) => value / (i % 2 === 0 ? width : height));
  }

  /** [count, K]: how certainly each point is visible, from 0 to 1; `undefined` where D is 2. A new array each time. */
  get conf(): Float32Array | undefined {
    if (this.shape[1] < 3) return undefined;
    return this.data.filter((_, i) => i % this.shape[1] === 2);
  }

  override pick(rows: Int32Array): KeypointResults {
    return new KeypointResults(pickRows(this.data, rows, this.shape[0] * this.shape[1]), this.shape, this.#size);
  }

  override plain(index: number): { keypoints: { x: number[]; y: number[]; visible?: number[] } } {
    const [x, y, visible] = [0, 1, 2].map((value) => this.#column(index, value).map(fiveDigits)) as [
      number[],
      number[],
      number[],
    ];
    return { keypoints: { x, y, ...(this.shape[1] < 3 ? {} : { visible }) } };
  }

  /** The box, then the points as fractions of the image and their visibilities. */
  override lineValues(index: number, box: readonly number[]): readonly number[] {
    const { width, height } = this.#size;
    const scales = [1 / width, 1 / height, 1];
    return [...box, ...this.#rows(index).flatMap((row) => row.map((value, i) => value * (scales[i] as number)))];
  }

  override coco(index: number): { keypoints: number[] } {
    const points = this.#rows(index).flatMap(([x = 0, y = 0, visible = 1]) => [x, y, visible]);
    return { keypoints: points.map((value) => Number(value.toFixed(3))) };
  }

  override shapes([horizontal, vertical]: readonly [number, number]): Partial<Drawable> {
    const scales = [horizontal, vertical, 1];
    const data = this.data.map((value, i) => value * (scales[i % this.shape[1]] as number));
    return { keypoints: { data, shape: this.shape } };
  }

  #rows(index: number): number[][] {
    const [points, values] = this.shape;
    return Array.from({ length: points }, (_, k) => {
      const at = (index * points + k) * values;
      return [...this.data.subarray(at, at + values)];
    });
  }

  #column(index: number, value: number): number[] {
    return this.#rows(index).map((row) => row[value] ?? 0);
  }
}

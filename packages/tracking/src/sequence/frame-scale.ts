import type { ImageSize } from "@lookonce/geometry";
import type { Point, Zones } from "../zones/parse-zones.ts";

/** Moves what is tracked between the pixels of a sequence's first frame and those of a frame that may have another size. */
export class FrameScale {
  /** Pixels of the frame per pixel of the first one. */
  readonly #across: number;
  readonly #down: number;

  constructor(first: ImageSize, { width, height }: ImageSize) {
    this.#across = width / first.width;
    this.#down = height / first.height;
  }

  /** Boxes of two pairs, each across and down, as corners or as center and size. */
  boxesToFirst(boxes: Float32Array): Float32Array {
    return this.#isSame ? boxes : boxes.map((value, i) => value / this.#factor(i));
  }

  boxesToFrame(boxes: Float32Array): Float32Array {
    return this.#isSame ? boxes : boxes.map((value, i) => value * this.#factor(i));
  }

  /** Points, x and y in turn. */
  pointsToFrame(points: readonly number[]): readonly number[] {
    return this.#isSame ? points : points.map((value, i) => value * this.#factor(i));
  }

  zonesToFrame(zones: Zones): Zones {
    if (this.#isSame) return zones;
    const moved = ([x, y]: Point): Point => [x * this.#across, y * this.#down];
    const lines = Object.entries(zones.lines).map(([name, [from, to]]) => [name, [moved(from), moved(to)]] as const);
    const areas = Object.entries(zones.zones).map(([name, points]) => [name, points.map(moved)] as const);
    return { ...zones, lines: Object.fromEntries(lines), zones: Object.fromEntries(areas) };
  }

  /** A motion between two frames of this size, [2, 3]. */
  warpToFirst(warp: ArrayLike<number> | undefined): ArrayLike<number> | undefined {
    if (warp === undefined || this.#isSame) return warp;
    const [a = 1, b = 0, tx = 0, c = 0, d = 1, ty = 0] = Array.from(warp);
    const [across, down] = [this.#across, this.#down];
    return [a, (b * down) / across, tx / across, (c * across) / down, d, ty / down];
  }

  get #isSame(): boolean {
    return this.#across === 1 && this.#down === 1;
  }

  #factor(index: number): number {
    return index % 2 === 0 ? this.#across : this.#down;
  }
}

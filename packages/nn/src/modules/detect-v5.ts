import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { V5Release } from "../config/module-spec.ts";
import { ModuleList } from "../containers.ts";
import { decodeAnchorBased } from "../decode/anchor-based.ts";
import type { CellPositions } from "../decode/cell-positions.ts";
import { Head, type ResetBiasesOptions } from "../head.ts";
import type { Cost, Shape } from "../shape.ts";
import type { VariableSlot } from "../variable-slot.ts";
import { Conv2d } from "./conv2d.ts";

/** Per level width, height, width, height, … */
type Levels = readonly (readonly number[])[];

/** Options of {@link DetectV5}. */
export interface DetectV5Options {
  /** Anchors in pixels, per level width, height, width, height, …; finest level first. */
  anchors: Levels;
  /** Which release's rules for the anchors' order and the class bias apply (default 7.0). */
  release?: V5Release;
  /** Outputs of an anchor after its classes, which a task has besides boxes and classes (default 0). */
  extras?: number;
}

/**
 * YOLOv5's anchor-based head: one 1×1 convolution a level (`m`).
 *
 * Raw [N, h, w, na·(5 + nc + extras)], anchor by anchor. Decoded [N, A, 5 + nc + extras]: center x, center y, width, height in
 * pixels, objectness, class probabilities, extras as they are; A runs over level, anchor, y, x.
 */
export class DetectV5 extends Head {
  override readonly family = "v5";
  override readonly nc: number;
  override readonly regMax = 0;
  override readonly extras: number;
  readonly release: V5Release;
  /** Channels of each level's map, finest first. */
  readonly channels: readonly number[];
  /** Anchors a level. */
  readonly anchorsPerLevel: number;
  readonly m: ModuleList<Conv2d>;
  readonly #pixels: Levels;
  readonly #buffer: VariableSlot<tf.Rank.R3>;
  #anchors: [number, number][][] = [];

  constructor(nc: number, channels: readonly number[], { anchors, release = "7.0", extras = 0 }: DetectV5Options) {
    super();
    this.nc = nc;
    this.release = release;
    this.extras = extras;
    this.#pixels = anchors;
    const perLevel = (anchors[0] as readonly number[]).length / 2;
    this.channels = channels;
    this.anchorsPerLevel = perLevel;
    this.#buffer = this.buffer("anchors", [channels.length, perLevel, 2]);
    const outputs = perLevel * (5 + nc + extras);
    this.m = this.child("m", new ModuleList(channels.map((c) => new Conv2d(c, outputs))));
  }

  override get anchors(): readonly (readonly [number, number][])[] {
    return this.#anchors;
  }

  override setStrides(strides: readonly number[]): void {
    super.setStrides(strides);
    const inCells = (levels: Levels): Levels =>
      levels.map((level, i) => level.map((side) => side / (strides[i] as number)));
    // 6.1 checks the order after dividing by the strides, 7.0 before it, so that 7.0 keeps the sizes in pixels.
    let cells = inCells(this.#pixels);
    if (this.release === "6.1" && descends(cells, "ends")) cells = [...cells].reverse();
    if (this.release === "7.0" && descends(this.#pixels, "means")) cells = inCells([...this.#pixels].reverse());
    this.#store(cells.flat());
  }

  /**
   * Replaces the anchors, as AutoAnchor does.
   *
   * @param pixels [level][anchor] = [width, height] in pixels, finest level first
   * @throws LookonceError `ARGUMENT` for another number of levels or anchors
   */
  setAnchors(pixels: readonly (readonly (readonly [number, number])[])[]): void {
    const [levels, perLevel] = this.#buffer.shape;
    if (pixels.length !== levels || pixels.some((level) => level.length !== perLevel)) {
      const given = pixels.map((level) => level.length).join(", ");
      throw new LookonceError(
        "ARGUMENT",
        `the head has ${perLevel} anchors on each of ${levels} levels, but got [${given}]`,
      );
    }
    const sideInCells = (side: number, level: number): number => side / (this.strides[level] as number);
    this.#store(pixels.flatMap((level, i) => level.flatMap((sides) => sides.map((side) => sideInCells(side, i)))));
  }

  #store(cells: readonly number[]): void {
    const values = Float32Array.from(cells);
    this.#buffer.change(() => tf.tensor(values.slice(), this.#buffer.shape));
    this.variableLoaded("anchors", values);
  }

  override variableLoaded(name: string, values: ArrayLike<number>): void {
    if (name !== "anchors") return;
    const [levels, perLevel] = this.#buffer.shape;
    const at = (level: number, i: number, axis: number): number => values[(level * perLevel + i) * 2 + axis] as number;
    this.#anchors = Array.from({ length: levels }, (_, level) =>
      Array.from({ length: perLevel }, (_, i): [number, number] => [at(level, i, 0), at(level, i, 1)]),
    );
  }

  override forward(levels: tf.Tensor4D[]): tf.Tensor4D[] {
    return levels.map((x, i) => (this.m.items[i] as Conv2d).forward(x));
  }

  override decode(raw: tf.Tensor4D[], cells?: CellPositions): tf.Tensor3D {
    return tf.tidy(() => {
      const anchors = tf.unstack(this.#buffer.value, 0) as tf.Tensor2D[];
      const { strides, extras } = this;
      return decodeAnchorBased(raw.slice(0, strides.length), { anchors, strides, cells, extras });
    });
  }

  override outputShapes(levels: Shape[], cost?: Cost): Shape[] {
    return levels.map((shape, i) => (this.m.items[i] as Conv2d).outputShape(shape, cost));
  }

  /**
   * Adds to the biases log(8 / (640 / stride)²) for objectness and log(0.6 / (nc − 0.99999)) for classes, or the log of
   * each class's share where frequencies are given (YOLOv5 7.0; 6.1 subtracts 0.999999).
   */
  override resetBiases({ classFrequency }: ResetBiasesOptions = {}): void {
    const almostOne = this.release === "6.1" ? 0.999999 : 0.99999;
    const total = classFrequency?.reduce((sum, count) => sum + count, 0) ?? 1;
    const classes = Array.from({ length: this.nc }, (_, c) =>
      Math.log(classFrequency === undefined ? 0.6 / (this.nc - almostOne) : (classFrequency[c] as number) / total),
    );
    for (const [i, stride] of this.strides.entries()) {
      const bias = (this.m.items[i] as Conv2d).requireBias();
      const others = new Array<number>(this.extras).fill(0);
      const perAnchor = [0, 0, 0, 0, Math.log(8 / (640 / stride) ** 2), ...classes, ...others];
      const repeats = bias.size / perAnchor.length;
      bias.change((before) => tf.add(before, tf.tile(tf.tensor1d(perAnchor), [repeats])));
    }
  }
}

/** Whether the anchors shrink from the first level to the last: by first and last anchor, or by the levels' means. */
function descends(levels: Levels, by: "ends" | "means"): boolean {
  const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const [first, last] = [areas(levels[0]), areas(levels.at(-1))];
  return by === "ends" ? (last.at(-1) as number) < (first[0] as number) : mean(last) < mean(first);
}

/** Width times height of each anchor of a level. */
function areas(level: readonly number[] = []): number[] {
  return Array.from({ length: level.length / 2 }, (_, i) => (level[2 * i] as number) * (level[2 * i + 1] as number));
}

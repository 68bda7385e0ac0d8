import * as tf from "@tensorflow/tfjs-core";
import type { ModuleList } from "../containers.ts";
import { decodeAnchorFree, type ExtrasDecoding } from "../decode/anchor-free.ts";
import type { CellPositions } from "../decode/cell-positions.ts";
import type { ActivationName } from "../functional/silu.ts";
import { stopGradient } from "../functional/stop-gradient.ts";
import { type BranchName, Head } from "../head.ts";
import type { Layer, Module } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import type { Conv2d } from "./conv2d.ts";
import { Dfl } from "./dfl.ts";
import { branchPrefix, chains, depthwiseStep, type HeadBranch, plainStep } from "./head-branch.ts";

/** Options of {@link DetectV8}. */
export interface DetectV8Options {
  /** Whose rules apply (default v8). */
  family?: string;
  /** Bins per side of a box (default 16); 1: the distance itself, without a distribution. */
  regMax?: number;
  /** Activation of the branches (default SiLU). */
  activation?: ActivationName;
  /** Whether the class branches are depthwise and pointwise convolutions by turns, as in YOLO11 (default false). */
  depthwise?: boolean;
  /** Whether there is a second branch for detections without suppression (default false). */
  endToEnd?: boolean;
  /** Where the biases of box distances start (default 1, as in Ultralytics 8.3; 2 in 8.4). */
  boxBias?: number;
  /** Channels within a box branch, `c2` (default {@link headWidths}). */
  boxWidth?: number;
  /** Channels within a class branch, `c3` (default {@link headWidths}). */
  classWidth?: number;
  /** Outputs of a third branch, which a task has besides boxes and classes (default 0: no such branch). */
  extras?: number;
  /** Channels within that branch, `c4` (default max(⌊ch₀ / 4⌋, extras)). */
  extraWidth?: number;
  /** The steps of that branch by name, such as `cv4`. Default: one chain of two convolutions 3×3 and one of 1×1. */
  makeExtras?: (width: number) => Record<string, ModuleList<Layer>>;
}

/**
 * Channels within the branches by the rule of Ultralytics 8.0: c2 = max(16, ⌊ch₀ / 4⌋, 4·regMax) for boxes and
 * c3 = max(ch₀, min(nc, 100)) for classes, both from the channels ch₀ of the finest level.
 */
export function headWidths(finest: number, { nc, regMax }: { nc: number; regMax: number }): { c2: number; c3: number } {
  return { c2: Math.max(16, Math.floor(finest / 4), 4 * regMax), c3: Math.max(finest, Math.min(nc, 100)) };
}

/** The image side for which class biases assume five objects (Ultralytics 8.3). */
const biasImageSide = 640;

/**
 * YOLOv8's anchor-free head: a branch for box distributions (`cv2`) and one for classes (`cv3`) on every level, and a third
 * (`cv4`) for what another task predicts of each cell, its extras.
 *
 * With `endToEnd` all of them a second time (`one2one_cv2`, …), trained for one prediction an object, so that nothing has to
 * be suppressed (YOLOv10; Wang et al., arXiv 2405.14458). In training these read the maps as constants.
 *
 * Raw [N, h, w, 4·regMax + nc + extras], the levels of one branch after those of the other: bins of left, top, right, bottom,
 * class logits, extras. Decoded [N, A, 4 + nc + extras]: center x, center y, width, height in pixels, class probabilities,
 * extras; A runs over level, y, x.
 */
export class DetectV8 extends Head {
  override readonly family: string;
  override readonly nc: number;
  override readonly regMax: number;
  override readonly anchors: readonly [] = [];
  override readonly extras: number;
  /** Channels of each level's map, finest first. */
  readonly channels: readonly number[];
  /** Channels within a box branch, `c2`. */
  readonly boxWidth: number;
  /** Channels within a class branch, `c3`. */
  readonly classWidth: number;
  /** Channels within a branch of extras, `c4`. */
  readonly extraWidth: number;
  /** Where the biases of box distances start. */
  readonly boxBias: number;
  /** The integral of distributions; none where distances are single numbers. */
  readonly dfl: Dfl | undefined;
  #parts: readonly HeadBranch[];

  constructor(nc: number, channels: readonly number[], options: DetectV8Options = {}) {
    super();
    const { regMax = 16, activation = "silu", depthwise = false, extras = 0, boxBias = 1 } = options;
    const finest = channels[0] as number;
    const { c2, c3 } = headWidths(finest, { nc, regMax });
    const { boxWidth = c2, classWidth = c3, extraWidth = Math.max(Math.floor(finest / 4), extras) } = options;
    this.family = options.family ?? "v8";
    this.nc = nc;
    this.regMax = regMax;
    this.extras = extras;
    this.extraWidth = extraWidth;
    this.boxBias = boxBias;
    this.channels = channels;
    this.boxWidth = boxWidth;
    this.classWidth = classWidth;
    const step = plainStep(activation);
    const classStep = depthwise ? depthwiseStep(activation) : step;
    const addBranch = (name: BranchName): HeadBranch => {
      const prefix = branchPrefix[name];
      const boxes = chains(channels, { hidden: boxWidth, output: 4 * regMax, step });
      const classes = chains(channels, { hidden: classWidth, output: nc, step: classStep });
      return {
        name,
        boxes: this.child(`${prefix}cv2`, boxes),
        classes: this.child(`${prefix}cv3`, classes),
        extras: [],
      };
    };
    const first = addBranch("one2many");
    this.dfl = regMax === 1 ? undefined : this.child("dfl", new Dfl(regMax));
    this.#parts = options.endToEnd ? [first, addBranch("one2one")] : [first];
    if (extras === 0) return;
    const chain = (hidden: number): Record<string, ModuleList<Layer>> => ({
      cv4: chains(channels, { hidden, output: extras, step }),
    });
    const { makeExtras = chain } = options;
    for (const branch of this.#parts) {
      const steps = Object.entries(makeExtras(extraWidth));
      branch.extras = steps.map(([name, list]) => this.child(branchPrefix[branch.name] + name, list));
    }
  }

  override get branches(): readonly BranchName[] {
    return this.#parts.map(({ name }) => name);
  }

  /** The modules of its branches. */
  get parts(): readonly HeadBranch[] {
    return this.#parts;
  }

  override forward(levels: tf.Tensor4D[]): tf.Tensor4D[] {
    return this.#parts.flatMap((branch) =>
      levels.map((map, i) => {
        const x = this.inputOf(branch.name, map);
        return tf.concat(
          chainsOf(branch, i).map((chain) => chain.reduce((value, layer) => layer.forward(value), x)),
          3,
        );
      }),
    );
  }

  /** A level's map as a branch reads it: in training a constant to the one-to-one branch, too sparse a signal for the body. */
  protected inputOf(branch: BranchName, map: tf.Tensor4D): tf.Tensor4D {
    return this.training && branch === "one2one" ? stopGradient(map) : map;
  }

  override decode(raw: tf.Tensor4D[], cells?: CellPositions): tf.Tensor3D {
    const { strides, regMax, dfl, extrasDecoding: extras } = this;
    const distances = dfl && ((logits: tf.Tensor) => dfl.forward(logits));
    const levels = raw.slice(0, strides.length);
    return tf.tidy(() => decodeAnchorFree(levels, { strides, regMax, distances, cells, extras }));
  }

  /** How extras are decoded: as they are, unless a task says otherwise. */
  protected get extrasDecoding(): ExtrasDecoding {
    return { count: this.extras };
  }

  override outputShapes(levels: Shape[], cost?: Cost): Shape[] {
    return this.#parts.flatMap((branch) =>
      levels.map((shape, i): Shape => {
        const outputs = chainsOf(branch, i).map((chain) => {
          return chain.reduce((input, layer) => layer.outputShape(input, cost), shape);
        });
        return [shape[0], shape[1], outputs.reduce((sum, [, , channels]) => sum + channels, 0)];
      }),
    );
  }

  /** Box biases 1 or 2, class biases log(5 / nc / (640 / stride)²). */
  override resetBiases(): void {
    const set = (list: HeadBranch["boxes"], level: number, value: number): void => {
      const bias = (list.items[level]?.items.at(-1) as Conv2d | undefined)?.requireBias();
      bias?.change(() => tf.fill(bias.shape, value));
    };
    for (const { boxes, classes } of this.#parts) {
      for (const [i, stride] of this.strides.entries()) {
        set(boxes, i, this.boxBias);
        set(classes, i, Math.log(5 / this.nc / (biasImageSide / stride) ** 2));
      }
    }
  }

  /** Starts the one-to-one branch as a copy of the other. */
  override copyBranches(): void {
    const slots = this.slots();
    for (const [path, slot] of slots) {
      if (!path.startsWith(branchPrefix.one2one)) continue;
      const original = slots.get(path.slice(branchPrefix.one2one.length));
      if (original !== undefined) slot.change(() => tf.clone(original.value));
    }
  }

  override dropUnused(branch: BranchName | "all"): void {
    super.dropUnused(branch);
    if (branch === "all") return;
    const lists = this.#parts
      .filter(({ name }) => name !== branch)
      .flatMap(({ boxes, classes, extras }) => [boxes, classes, ...extras]);
    const dropped = new Set<Module>(lists);
    for (const [path, module] of this.namedModules()) if (dropped.has(module)) this.removeChild(path);
    this.#parts = this.#parts.filter(({ name }) => name === branch);
  }
}

/** Boxes, classes and extras of a level: layers to apply one after another. */
function chainsOf({ boxes, classes, extras }: HeadBranch, level: number): Layer[][] {
  const chains = [[boxes.items[level]], [classes.items[level]], extras.map(({ items }) => items[level])];
  return chains.map((chain) => chain.filter((layer) => layer !== undefined)).filter(({ length }) => length > 0);
}

import * as tf from "@tensorflow/tfjs-core";
import { ModuleList, Sequential } from "../containers.ts";
import { decodeAnchorFree, type ExtrasDecoding } from "../decode/anchor-free.ts";
import type { CellPositions } from "../decode/cell-positions.ts";
import type { ActivationName } from "../functional/silu.ts";
import { Head } from "../head.ts";
import type { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import { Conv } from "./conv.ts";
import { Conv2d } from "./conv2d.ts";
import { Dfl } from "./dfl.ts";
import { DWConv } from "./dw-conv.ts";

/** Options of {@link DetectV8}. */
export interface DetectV8Options {
  /** Whose rules apply (default v8). */
  family?: string;
  /** Bins per side of a box (default 16). */
  regMax?: number;
  /** Activation of the branches (default SiLU). */
  activation?: ActivationName;
  /** Whether the class branches are depthwise and pointwise convolutions by turns, as in YOLO11 (default false). */
  depthwise?: boolean;
  /** Channels within a box branch, `c2` (default {@link headWidths}). */
  boxWidth?: number;
  /** Channels within a class branch, `c3` (default {@link headWidths}). */
  classWidth?: number;
  /** Outputs of a third branch, which a task has besides boxes and classes (default 0: no such branch). */
  extras?: number;
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
 * Raw [N, h, w, 4·regMax + nc + extras]: bins of left, top, right, bottom, class logits, extras. Decoded
 * [N, A, 4 + nc + extras]: center x, center y, width, height in pixels, class probabilities, extras; A runs over level, y, x.
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
  readonly cv2: ModuleList<Sequential>;
  readonly cv3: ModuleList<Sequential>;
  readonly cv4: ModuleList<Sequential>;
  readonly dfl: Dfl;
  /** Channels within a branch of extras, `c4`: max(⌊ch₀ / 4⌋, extras). */
  readonly extraWidth: number;

  constructor(nc: number, channels: readonly number[], options: DetectV8Options = {}) {
    super();
    const { family = "v8", regMax = 16, activation = "silu", depthwise = false, extras = 0 } = options;
    this.family = family;
    this.nc = nc;
    this.regMax = regMax;
    this.extras = extras;
    this.extraWidth = Math.max(Math.floor((channels[0] as number) / 4), extras);
    const { c2, c3 } = headWidths(channels[0] as number, { nc, regMax });
    const { boxWidth = c2, classWidth = c3 } = options;
    this.channels = channels;
    this.boxWidth = boxWidth;
    this.classWidth = classWidth;
    const step = (input: number, output: number): Layer => new Conv(input, output, { kernel: 3, activation });
    const lightStep = (input: number, output: number): Layer =>
      new Sequential<Layer>(
        new DWConv(input, input, { kernel: 3, activation }),
        new Conv(input, output, { activation }),
      );
    const branch = (c: number, hidden: number, { output, make }: { output: number; make: typeof step }): Sequential =>
      new Sequential<Layer>(make(c, hidden), make(hidden, hidden), new Conv2d(hidden, output));
    const boxes = channels.map((c) => branch(c, boxWidth, { output: 4 * regMax, make: step }));
    const classes = channels.map((c) => branch(c, classWidth, { output: nc, make: depthwise ? lightStep : step }));
    this.cv2 = this.child("cv2", new ModuleList(boxes));
    this.cv3 = this.child("cv3", new ModuleList(classes));
    this.dfl = this.child("dfl", new Dfl(regMax));
    const others = extras === 0 ? [] : channels;
    this.cv4 = new ModuleList(others.map((c) => branch(c, this.extraWidth, { output: extras, make: step })));
    if (extras > 0) this.child("cv4", this.cv4);
  }

  override forward(levels: tf.Tensor4D[]): tf.Tensor4D[] {
    return levels.map((x, i) =>
      tf.concat(
        this.#branches(i).map((branch) => branch.forward(x)),
        3,
      ),
    );
  }

  override decode(raw: tf.Tensor4D[], cells?: CellPositions): tf.Tensor3D {
    const { strides, regMax, extrasDecoding: extras } = this;
    const distances = (logits: tf.Tensor): tf.Tensor => this.dfl.forward(logits);
    const levels = raw.slice(0, strides.length);
    return tf.tidy(() => decodeAnchorFree(levels, { strides, regMax, distances, cells, extras }));
  }

  /** How extras are decoded: as they are, unless a task says otherwise. */
  protected get extrasDecoding(): ExtrasDecoding {
    return { count: this.extras };
  }

  override outputShapes(levels: Shape[], cost?: Cost): Shape[] {
    return levels.map((shape, i) => {
      const outputs = this.#branches(i).map((branch) => branch.outputShape(shape, cost));
      return [shape[0], shape[1], outputs.reduce((sum, [, , channels]) => sum + channels, 0)];
    });
  }

  /** Box biases 1, class biases log(5 / nc / (640 / stride)²). */
  override resetBiases(): void {
    for (const [i, stride] of this.strides.entries()) {
      const [box, cls] = this.#branches(i).map((branch) => (branch.items.at(-1) as Conv2d).requireBias());
      const prior = Math.log(5 / this.nc / (biasImageSide / stride) ** 2);
      box?.change(() => tf.ones(box.shape));
      cls?.change(() => tf.fill(cls.shape, prior));
    }
  }

  #branches(level: number): Sequential[] {
    return [this.cv2, this.cv3, this.cv4].flatMap(({ items }) => items[level] ?? []);
  }
}

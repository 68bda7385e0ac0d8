import type * as tf from "@tensorflow/tfjs-core";
import type { ActivationName } from "../functional/silu.ts";
import { Layer } from "../module.ts";
import { Conv } from "./conv.ts";
import { ConvTranspose2d } from "./conv-transpose2d.ts";
import { Upsample } from "./upsample.ts";

/** Options of {@link Proto}. */
export interface ProtoOptions {
  /** Channels within. */
  hidden: number;
  /** Number of prototypes. */
  output: number;
  /** How the map becomes twice as large: a transposed convolution (YOLOv8) or repetition (YOLOv5 7.0). */
  upsampling: "transposed" | "nearest";
  activation: ActivationName;
}

/**
 * The prototypes that a segmentation model combines to masks (YOLACT; Bolya et al., arXiv 1904.02689): a convolution 3×3 before
 * the map is enlarged, one after, and one of 1×1. [N, H, W, in] → [N, 2H, 2W, output].
 */
export class Proto extends Layer {
  readonly hidden: number;
  readonly cv1: Conv;
  readonly upsample: ConvTranspose2d | Upsample;
  readonly cv2: Conv;
  readonly cv3: Conv;

  constructor(input: number, { hidden, output, upsampling, activation }: ProtoOptions) {
    super();
    this.hidden = hidden;
    this.cv1 = this.child("cv1", new Conv(input, hidden, { kernel: 3, activation }));
    const upsample = upsampling === "nearest" ? new Upsample(2) : new ConvTranspose2d(hidden, hidden);
    this.upsample = this.child("upsample", upsample);
    this.cv2 = this.child("cv2", new Conv(hidden, hidden, { kernel: 3, activation }));
    this.cv3 = this.child("cv3", new Conv(hidden, output, { activation }));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    return this.cv3.forward(this.cv2.forward(this.upsample.forward(this.cv1.forward(x))));
  }
}

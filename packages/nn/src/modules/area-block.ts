import * as tf from "@tensorflow/tfjs-core";
import { Sequential } from "../containers.ts";
import { Layer } from "../module.ts";
import { Conv, type ConvOptions } from "./conv.ts";
import { Conv2d } from "./conv2d.ts";
import { MapAttention } from "./map-attention.ts";

/** Channels of one head. */
export const channelsPerHead = 32;

/** Options of {@link AreaBlock}. */
export interface AreaBlockOptions extends Pick<ConvOptions, "activation"> {
  /** Number of runs of cells that attend to themselves alone (default 1). */
  area?: number;
  /** Channels between the two last convolutions, as a share of the block's (default 2). */
  ratio?: number;
}

/**
 * YOLO12's block: attention within areas, then two 1×1 convolutions, each with a shortcut (Tian et al., arXiv 2502.12524,
 * section 3; Ultralytics 8.4, `ABlock` and `AAttn`). [N, H, W, C] → [N, H, W, C].
 *
 * An area is a run of cells row by row, not a tile. Positions come from a depthwise 7×7 filter over the whole map.
 */
export class AreaBlock extends Layer {
  readonly attn: MapAttention;
  readonly mlp: Sequential<Conv>;

  /** @param channels a multiple of `channelsPerHead` */
  constructor(channels: number, { area = 1, ratio = 2, activation = "silu" }: AreaBlockOptions = {}) {
    super();
    const heads = channels / channelsPerHead;
    this.attn = this.child("attn", new MapAttention(channels, { heads, keyRatio: 1, kernel: 7, area }));
    const hidden = Math.trunc(channels * ratio);
    const widen = new Conv(channels, hidden, { activation });
    this.mlp = this.child("mlp", new Sequential(widen, new Conv(hidden, channels, { activation: "identity" })));
    for (const module of this.namedModules().values()) {
      if (module instanceof Conv2d) module.initialDeviation = 0.02;
    }
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const y = tf.add(x, this.attn.forward(x)) as tf.Tensor4D;
    return tf.add(y, this.mlp.forward(y));
  }
}

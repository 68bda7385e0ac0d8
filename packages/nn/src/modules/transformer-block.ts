import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { ModuleList } from "../containers.ts";
import type { ActivationName } from "../functional/silu.ts";
import { Layer } from "../module.ts";
import { Conv } from "./conv.ts";
import { Linear } from "./linear.ts";
import { TransformerLayer } from "./transformer-layer.ts";

/** Options of {@link TransformerBlock}. */
export interface TransformerBlockOptions {
  /** Heads of the attention; must divide the channels out (default 4). */
  heads?: number;
  /** Number of layers (default 1). */
  layers?: number;
  /** Activation of the convolution that changes the number of channels (default SiLU). */
  activation?: ActivationName;
}

/**
 * A vision transformer on the cells of a map, with a linear layer for their positions (Dosovitskiy et al.,
 * arXiv 2010.11929; YOLOv5 6.1, `TransformerBlock`). [N, H, W, in] → [N, H, W, out].
 */
export class TransformerBlock extends Layer {
  /** Where the channels change. */
  readonly conv: Conv | undefined;
  readonly linear: Linear;
  readonly tr: ModuleList<TransformerLayer>;

  constructor(input: number, output: number, options: TransformerBlockOptions = {}) {
    super();
    const { heads = 4, layers = 1, activation = "silu" } = options;
    if (input !== output) this.conv = this.child("conv", new Conv(input, output, { activation }));
    this.linear = this.child("linear", new Linear(output, output));
    const chain = Array.from({ length: layers }, () => new TransformerLayer(output, heads));
    this.tr = this.child("tr", new ModuleList(chain));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const map = this.conv?.forward(x) ?? x;
    const [n, h, w, channels] = map.shape;
    const cells = tf.reshape(map, [n, h * w, channels]) as tf.Tensor3D;
    const placed = tf.add(cells, this.linear.forward(cells)) as tf.Tensor3D;
    const mixed = this.tr.items.reduce((value, layer) => layer.forward(value), placed);
    return tf.reshape(mixed, [n, h, w, channels]);
  }
}

export const transformerBlockSpec: ModuleSpec = layerSpec(
  { heads: ["size", 4], layers: ["size", 1] },
  ([input, output], options, { args }) => {
    const { heads, layers } = options;
    if (layers > 1000) throw args.error(`layers is ${layers}: at most 1000 are possible`);
    args.divides("heads", heads, output);
    return new TransformerBlock(input, output, options);
  },
);

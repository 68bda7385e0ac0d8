import * as tf from "@tensorflow/tfjs-core";
import { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import { Activation } from "./activation.ts";
import { Conv, type ConvOptions } from "./conv.ts";
import { Conv2d } from "./conv2d.ts";

/** Options of {@link ParallelConvs}. */
export interface ParallelConvsOptions extends Pick<ConvOptions, "groups" | "activation"> {
  /** Sides of the two filters, odd, the larger first. */
  kernels: readonly [large: number, small: number];
  /** What checkpoints call the two convolutions. */
  names: readonly [large: string, small: string];
  /** Step between windows of both (default 1). */
  stride?: number;
}

/**
 * Two normalized convolutions of one map side by side, their sum, an activation. For inference both become one convolution
 * of the larger filter (Ding et al., arXiv 2101.03697). [N, H, W, in] → [N, H', W', out].
 *
 * Once fused its variables are `conv.weight` and `conv.bias`.
 */
export abstract class ParallelConvs extends Layer {
  readonly act: Activation;
  readonly #names: readonly [string, string];
  #convs: readonly [large: Conv, small: Conv] | undefined;
  #fused: Conv2d | undefined;

  constructor([input, output]: readonly [number, number], options: ParallelConvsOptions) {
    super();
    const { kernels, names, stride = 1, groups = 1, activation = "silu" } = options;
    const make = (kernel: number): Conv => new Conv(input, output, { kernel, stride, groups, activation: "identity" });
    this.#names = names;
    this.#convs = [this.child(names[0], make(kernels[0])), this.child(names[1], make(kernels[1]))];
    this.act = this.child("act", new Activation(activation));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    if (this.#convs === undefined) return this.act.forward((this.#fused as Conv2d).forward(x));
    const [large, small] = this.#convs;
    return this.act.forward(tf.add(large.forward(x), small.forward(x)));
  }

  override outputShape(input: Shape, cost?: Cost): Shape {
    const shapes = (this.#convs ?? [this.#fused as Conv2d]).map((conv) => conv.outputShape(input, cost));
    return shapes[0] as Shape;
  }

  /** Merges both convolutions, whose normalizations are folded already, into one. */
  async fuse(): Promise<void> {
    if (this.#convs === undefined) return;
    const [large, small] = this.#convs;
    const [filter, center] = [large.conv.weight.value, small.conv.weight.value];
    const biases = [large.conv.requireBias().value, small.conv.requireBias().value];
    const read = async (tensor: tf.Tensor): Promise<Float32Array> => Float32Array.from(await tensor.data());
    const [sum, added, bias, offset] = (await Promise.all([filter, center, ...biases].map(read))) as Float32Arrays;
    addCentered(sum, added, { shape: filter.shape, side: center.shape[0] });
    for (const [i, value] of offset.entries()) bias[i] = (bias[i] as number) + value;
    const fused = this.dropConvs();
    tf.tidy(() => {
      fused.weight.value.assign(tf.tensor(sum, fused.weight.shape));
      fused.requireBias().value.assign(tf.tensor(bias));
    });
  }

  /** Replaces both convolutions by the one that {@link fuse} leaves, for weights that are still to be loaded. */
  dropConvs(): Conv2d {
    if (this.#convs === undefined) return this.#fused as Conv2d;
    const { weight, geometry } = this.#convs[0].conv;
    const [kh, kw, perGroup, output] = weight.shape;
    for (const name of this.#names) this.removeChild(name);
    this.#convs = undefined;
    this.#fused = this.child("conv", new Conv2d(perGroup * geometry.groups, output, { ...geometry, kernel: [kh, kw] }));
    return this.#fused;
  }
}

type Float32Arrays = [Float32Array, Float32Array, Float32Array, Float32Array];

/** Adds a smaller filter [side, side, in / groups, out] to the center of a larger one, in place. */
function addCentered(
  filter: Float32Array,
  small: Float32Array,
  { shape: [, width, perGroup, output], side }: { shape: readonly [number, number, number, number]; side: number },
): void {
  const first = (width - side) / 2;
  const tap = perGroup * output;
  for (const [i, value] of small.entries()) {
    const [row, column] = [Math.floor(i / (side * tap)), Math.floor(i / tap) % side];
    const at = ((first + row) * width + first + column) * tap + (i % tap);
    filter[at] = (filter[at] as number) + value;
  }
}

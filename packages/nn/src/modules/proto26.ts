import * as tf from "@tensorflow/tfjs-core";
import { ModuleList, Sequential } from "../containers.ts";
import type { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import { Conv } from "./conv.ts";
import { Conv2d } from "./conv2d.ts";
import { Proto, type ProtoOptions } from "./proto.ts";

/** Options of {@link Proto26}. */
export interface Proto26Options extends Omit<ProtoOptions, "upsampling"> {
  /** Number of classes. */
  nc: number;
}

/**
 * YOLO26's prototypes (arXiv 2606.03748; Ultralytics 8.4): those of {@link Proto} from the sum of all levels, the coarser ones
 * brought to the finest one's channels and size. [N, H, W, ch₀], coarser maps → [N, 2H, 2W, output].
 *
 * A branch for the class of every cell, {@link semantics}, serves training alone.
 */
export class Proto26 extends Proto {
  readonly featRefine: ModuleList<Conv>;
  readonly featFuse: Conv;
  #semseg: Sequential | undefined;

  constructor(channels: readonly number[], { nc, ...options }: Proto26Options) {
    const { hidden, activation } = options;
    super(hidden, { ...options, upsampling: "transposed" });
    const [finest = 0, ...coarser] = channels;
    const refine = coarser.map((c) => new Conv(c, finest, { activation }));
    this.featRefine = this.child("feat_refine", new ModuleList(refine));
    this.featFuse = this.child("feat_fuse", new Conv(finest, hidden, { kernel: 3, activation }));
    const semseg = new Sequential<Layer>(
      new Conv(finest, hidden, { kernel: 3, activation }),
      new Conv(hidden, hidden, { kernel: 3, activation }),
      new Conv2d(hidden, nc),
    );
    this.#semseg = this.child("semseg", semseg);
  }

  /** The sum of all levels [N, H, W, ch₀]. */
  join([finest, ...coarser]: readonly tf.Tensor4D[]): tf.Tensor4D {
    const first = finest as tf.Tensor4D;
    const size: [number, number] = [first.shape[1], first.shape[2]];
    return coarser.reduce((sum, map, i) => {
      const refined = (this.featRefine.items[i] as Conv).forward(map);
      return tf.add(sum, tf.image.resizeNearestNeighbor(refined, size));
    }, first);
  }

  /** Prototypes from what {@link join} returned. */
  override forward(joined: tf.Tensor4D): tf.Tensor4D {
    return super.forward(this.featFuse.forward(joined));
  }

  /** Class logits of every cell [N, H, W, nc], from what {@link join} returned; `undefined` once only inference is left. */
  semantics(joined: tf.Tensor4D): tf.Tensor4D | undefined {
    return this.#semseg?.forward(joined);
  }

  /** Removes the branch that serves training alone. */
  dropSemantics(): void {
    this.removeChild("semseg");
    this.#semseg = undefined;
  }

  /** @param levels shapes of the maps, finest first */
  joinedShape(levels: readonly Shape[], cost?: Cost): Shape {
    const [finest, ...coarser] = levels;
    for (const [i, shape] of coarser.entries()) (this.featRefine.items[i] as Conv).outputShape(shape, cost);
    return finest as Shape;
  }

  override outputShape(joined: Shape, cost?: Cost): Shape {
    const chain = [this.featFuse, this.cv1, this.upsample, this.cv2, this.cv3];
    return chain.reduce((shape, layer) => layer.outputShape(shape, cost), joined);
  }
}

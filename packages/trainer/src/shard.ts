import { allReduce, type StepInputs } from "@lookonce/backend-onnxruntime";
import type { Communicator } from "@lookonce/distributed";
import type { BatchPart, CriterionLoss } from "@lookonce/loss";
import { BatchNorm2d, type DetectionModel, type DrawnInput, type WholeBatch } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";

/** The place of a rank's images in the batch of all ranks. */
export interface Shard {
  /** First image. */
  from: number;
  /** The image after the last; `from` where the rank has only an image that fills up and counts for nothing. */
  to: number;
  /** Images of all ranks. */
  of: number;
}

/** What a step reads of its shard. They are numbers and not part of the graph: shards of the same shape can differ in them. */
export type ShardTensors = {
  /** Images of all ranks. */
  of: tf.Scalar;
  /** The rank's images by those of all ranks. */
  share: tf.Scalar;
  /** 1, or 0 where the image only fills up. */
  weight: tf.Scalar;
  /** 1 on the first rank, 0 on others. */
  isFirst: tf.Scalar;
};

/** Shards of the same size, one a rank. */
export function equalShard({ rank, size }: Pick<Communicator, "rank" | "size">, count: number): Shard {
  return { from: rank * count, to: (rank + 1) * count, of: size * count };
}

/** The inputs of a step for its shard. */
export function shardInputs({ from, to, of }: Shard, rank: number): StepInputs<ShardTensors> {
  // What fills up has the share of an image, which its weight cancels: nothing is divided by 0.
  return { of, share: Math.max(1, to - from) / of, weight: to > from ? 1 : 0, isFirst: rank === 0 ? 1 : 0 };
}

/** The rows of the shard's images, of what was drawn for all images. */
export function drawnRows(
  drawn: Readonly<Record<string, DrawnInput>>,
  { from, to }: Shard,
): Record<string, DrawnInput> {
  const rows = Object.entries(drawn).map(
    ([
      name,
      {
        data,
        shape: [count = 1, ...rest],
      },
    ]) => {
      const size = data.length / count;
      const images = Math.max(1, to - from);
      const first = Math.min(from, count - images);
      return [name, { data: data.subarray(first * size, (first + images) * size), shape: [images, ...rest] }];
    },
  );
  return Object.fromEntries(rows);
}

/** What a rank's step computes together with the others. Everything is recorded; ranks record the same sums. */
export class ShardOfStep {
  readonly #tensors: ShardTensors;
  readonly #half: boolean;
  /** The batch that normalizers of losses are of; `undefined` where they are the rank's own. */
  readonly part: BatchPart | undefined;
  readonly #whole: WholeBatch | undefined;

  /** @param settings whether statistics and normalizers are of all ranks' images, and gradients travel in half precision */
  constructor(tensors: ShardTensors, { syncBn, half }: { syncBn: boolean; half: boolean }) {
    const { of, share, weight } = tensors;
    this.#tensors = tensors;
    this.#half = half;
    const total = (sum: tf.Tensor): tf.Tensor => allReduce(tf.mul(sum, weight));
    this.part = syncBn
      ? {
          normalizer: (sum, atLeast) => tf.mul(tf.maximum(total(sum), atLeast), share),
          mean: (values) => total(tf.mul(values, share)),
        }
      : undefined;
    this.#whole = syncBn ? { images: of, weight, sum: (x) => allReduce(x) } : undefined;
  }

  /** Runs the forward pass of a model whose normalizations have statistics as the settings say. */
  forward<T>(model: DetectionModel, run: () => T): T {
    const normalizations = [...model.namedModules().values()].filter((module) => module instanceof BatchNorm2d);
    for (const one of normalizations) one.whole = this.#whole;
    try {
      return run();
    } finally {
      for (const one of normalizations) one.whole = undefined;
    }
  }

  /**
   * What the rank differentiates: its part of a total that is a sum over images or their mean. With gradients that are summed over
   * ranks this is what the reference's DDP does, which multiplies a total by the number of ranks and averages gradients.
   */
  weighted(total: tf.Scalar, isMean: boolean): tf.Scalar {
    const own = tf.mul<tf.Scalar>(total, this.#tensors.weight);
    return isMean ? tf.mul<tf.Scalar>(own, this.#tensors.share) : own;
  }

  gradients(gradients: readonly tf.Tensor[]): tf.Tensor[] {
    return gradients.map((gradient) => allReduce(gradient, { half: this.#half }));
  }

  /** The losses of the whole batch: means over its images. @param loss the rank's, with a total that is {@link weighted} */
  losses({ total, parts }: CriterionLoss): CriterionLoss {
    const { share, weight } = this.#tensors;
    const shares = tf.mul(tf.stack([...parts]), tf.mul(share, weight)) as tf.Tensor1D;
    const sums = allReduce(tf.concat1d([shares, tf.reshape(total, [1])] as tf.Tensor1D[]));
    const [whole, ...others] = tf.unstack(tf.reverse(sums)) as [tf.Scalar, ...tf.Scalar[]];
    return { total: whole, parts: others.reverse() };
  }

  /** Assigns variables the contents that they have on the first rank, exactly: the others add zeros to it. */
  asOnFirst(variables: readonly tf.Variable[]): void {
    const { isFirst } = this.#tensors;
    for (const variable of variables) {
      tf.tidy(() => {
        const own = tf.where(tf.greater(isFirst, 0), variable, tf.zerosLike(variable));
        variable.assign(allReduce(own));
      });
    }
  }
}

import { type GoldenTargets, type GoldenTensor, goldenJson, goldenTargets, goldenTensors } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import type { CriterionLoss, NamedTensors, TrainBatch } from "./criteria/criterion.ts";
import type { HostTensor } from "./targets.ts";
import { values } from "./test-device.ts";

/** What is differentiated with respect to: the reference's tensors, as they are laid out there. */
type Inputs = Record<string, tf.Tensor>;

/** A golden case of a task's loss. */
export interface TaskCase {
  // biome-ignore lint/suspicious/noExplicitAny: each task has its own settings
  settings: any;
  tensors: Record<string, GoldenTensor>;
  expected: Record<string, GoldenTensor>;
  batch: TrainBatch;
}

/** Reads `tasks/loss/<name>`. */
export function readTaskCase(name: string): TaskCase {
  const folder = `tasks/loss/${name}`;
  const settings = goldenJson(`${folder}/settings.json`);
  const tensors = goldenTensors(`${folder}/inputs.safetensors`);
  const [height, width] = settings.shape;
  const size = { count: settings.batch, height, width };
  const { batch_idx, cls, bboxes, masks, keypoints } = tensors;
  const targets: GoldenTargets = goldenTargets(
    { images: batch_idx!.data, classes: cls!.data, boxes: bboxes!, masks, keypoints },
    size,
  );
  const batch = { ...size, images: new Uint8Array(0), targets };
  return { settings, tensors, expected: goldenTensors(`${folder}/outputs.safetensors`), batch };
}

/** The tensors of a criterion's inputs. */
export function upload<T extends NamedTensors>(inputs: Readonly<Record<keyof T, HostTensor>>): T {
  const entries = Object.entries<HostTensor>(inputs);
  return Object.fromEntries(
    entries.map(([name, { data, shape, dtype }]) => [name, tf.tensor(data, shape, dtype)]),
  ) as T;
}

/** A loss's parts and the gradients of its inputs. */
export interface Evaluated {
  total: number;
  parts: number[];
  gradients: Record<string, Float32Array>;
}

/** Evaluates a loss and the gradient of each of its inputs. @param toRaw a head's maps of the inputs, differentiable */
export async function evaluateLoss(
  inputs: Record<string, GoldenTensor>,
  toRaw: (inputs: Inputs) => tf.Tensor4D[],
  loss: (raw: tf.Tensor4D[]) => CriterionLoss,
): Promise<Evaluated> {
  const names = Object.keys(inputs);
  const tensors = names.map((name) => tf.tensor(inputs[name]!.data, inputs[name]!.shape, "float32"));
  let parts: readonly tf.Scalar[] = [];
  const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) => {
    const result = loss(toRaw(Object.fromEntries(names.map((name, i) => [name, xs[i]!]))));
    parts = result.parts.map((part) => tf.keep(tf.clone(part)));
    return result.total;
  })(tensors);
  const [total, ...numbers] = await Promise.all([value, ...parts].map(async (x) => (await values(x))[0]!));
  const gradients = await Promise.all(grads.map(async (gradient) => (await values(gradient)) as Float32Array));
  return {
    total: total!,
    parts: numbers,
    gradients: Object.fromEntries(names.map((name, i) => [name, gradients[i]!])),
  };
}

/**
 * Maps [B, h, w, channels] of an anchor-free head from the reference's levels `feats_<i>` [B, channels, h, w] and the task's
 * own channels [B, E, A] of all levels in a row.
 */
export function toLevels(inputs: Inputs, own: tf.Tensor): tf.Tensor4D[] {
  const rows = tf.transpose(own, [0, 2, 1]);
  let first = 0;
  return [0, 1, 2].map((level) => {
    const map = tf.transpose(inputs[`feats_${level}`] as tf.Tensor4D, [0, 2, 3, 1]);
    const [batch, height, width] = map.shape;
    const cells = tf.slice(rows, [0, first, 0], [-1, height * width, -1]);
    first += height * width;
    return tf.concat([map, tf.reshape(cells, [batch, height, width, rows.shape[2] as number])], 3) as tf.Tensor4D;
  });
}

/** An anchor-based head's map [B, h, w, na·no] from the reference's [B, na, h, w, no]. */
export function toAnchorMap(x: tf.Tensor): tf.Tensor4D {
  const [b, na, h, w, no] = x.shape as [number, number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 3, 1, 4]), [b, h, w, na * no]);
}

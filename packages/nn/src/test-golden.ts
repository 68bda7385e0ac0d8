import { expectClose, type GoldenTensor, type Tolerance } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import type { DetectionModel } from "./index.ts";

export const values = async (tensor: tf.Tensor): Promise<Float32Array> => (await tensor.data()) as Float32Array;

/** A golden tensor [N, C, H, W] as [N, H, W, C]. */
export function image({ shape, data }: GoldenTensor): tf.Tensor4D {
  return tf.tidy(() => tf.transpose(tf.tensor4d(data, shape as [number, number, number, number]), [0, 2, 3, 1]));
}

/** A map [N, H, W, C] as PyTorch has it, [N, C, H, W]. */
export function channelsFirst(map: tf.Tensor): tf.Tensor4D {
  return tf.transpose(map as tf.Tensor4D, [0, 3, 1, 2]);
}

/** Golden maps [N, na, h, w, no] as [N, h, w, na · no]. */
export async function anchorsLast({ shape, data }: GoldenTensor): Promise<GoldenTensor> {
  const [n, na, h, w, no] = shape as [number, number, number, number, number];
  const turned = await values(tf.tidy(() => tf.transpose(tf.tensor(data, shape), [0, 2, 3, 1, 4])));
  return { shape: [n, h, w, na * no], data: turned };
}

/** What the reference says of a layer's map: mean, population deviation and the first values. */
export interface GoldenMap {
  shape: number[];
  mean: number;
  std: number;
  first?: number[];
  first8?: number[];
}

/** A layer's map, or its maps where it has several. */
export type GoldenLayer = GoldenMap | { outputs: readonly GoldenMap[] };

/** Compares the maps of every layer but the head, in PyTorch's order. @param firstValues how close the first values are */
export async function compareLayers(
  model: DetectionModel,
  x: tf.Tensor4D,
  { layers, firstValues }: { layers: readonly GoldenLayer[]; firstValues: Tolerance },
): Promise<void> {
  const maps = tf.tidy(() => model.features(x).map((outputs) => outputs.map(channelsFirst)));
  expect(maps).toHaveLength(layers.length);
  for (const [i, layer] of layers.entries()) {
    const expected = "outputs" in layer ? layer.outputs : [layer];
    const outputs = maps[i] as tf.Tensor4D[];
    expect(outputs).toHaveLength(expected.length);
    for (const [j, map] of outputs.entries()) {
      await expectSummary(map, expected[j] as GoldenMap, { spread: { abs: 1e-4, rel: 1e-4 }, firstValues });
    }
  }
  tf.dispose(maps);
}

/** Compares a tensor with its summary. @param tolerance `spread` of mean and deviation, `firstValues` of the first values */
export async function expectSummary(
  tensor: tf.Tensor,
  { mean, std, first, first8, shape }: GoldenMap,
  { spread, firstValues }: { spread: Tolerance; firstValues: Tolerance },
): Promise<void> {
  expect(tensor.shape).toEqual(shape);
  const data = await values(tensor);
  const average = data.reduce((sum, v) => sum + v, 0) / data.length;
  const deviation = Math.sqrt(data.reduce((sum, v) => sum + (v - average) ** 2, 0) / data.length);
  expectClose([average, deviation], [mean, std], spread);
  expectClose(data.slice(0, 8), (first ?? first8) as number[], firstValues);
}

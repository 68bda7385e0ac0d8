import { enterTestDevice, type UsualDevice } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll } from "vitest";

/** Runs the tests of a file or block on one device, unless another is asked for. */
export function useTestDevice(usual: UsualDevice = "javascript"): void {
  beforeAll(() => enterTestDevice(usual));
}

/** The values of a tensor, which is disposed. */
export async function values(tensor: tf.Tensor): Promise<Float32Array | Int32Array> {
  const data = (await tensor.data()) as Float32Array | Int32Array;
  tensor.dispose();
  return data;
}

/** Gradient by central differences of a scalar function at `point`. */
export async function differences(
  f: (x: tf.Tensor) => tf.Tensor,
  { point, shape, step }: { point: ArrayLike<number>; shape: number[]; step: number },
): Promise<Float32Array> {
  const at = async (index: number, move: number) => {
    const moved = Float32Array.from(point);
    moved[index] = (moved[index] as number) + move;
    const [y] = await values(tf.tidy(() => f(tf.tensor(moved, shape))));
    return { x: moved[index] as number, y: y as number };
  };
  const result = new Float32Array(point.length);
  for (let i = 0; i < point.length; i++) {
    const [high, low] = [await at(i, step), await at(i, -step)];
    result[i] = (high.y - low.y) / (high.x - low.x);
  }
  return result;
}

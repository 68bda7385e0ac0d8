import type { TrainBatch } from "@lookonce/loss";
import { type Module, stateDict } from "@lookonce/nn";
import { expectClose, type GoldenTensor, goldenTargets, type Tolerance } from "@lookonce/testing";

/** A batch of the reference: images [N, RGB, H, W] of 0 to 1, and objects with their image, class and normalized xywh. */
export interface ReferenceBatch {
  images: GoldenTensor;
  /** Of each object. */
  imageIndices: ArrayLike<number>;
  classes: ArrayLike<number>;
  boxes: ArrayLike<number>;
}

/** Returns the batch as a step reads it. */
export function batchOf({ images, imageIndices, classes, boxes }: ReferenceBatch): TrainBatch {
  const size = bytesOf(images, 255);
  const rows = { shape: [classes.length, 4], data: Float32Array.from(boxes) };
  return { ...size, targets: goldenTargets({ images: imageIndices, classes, boxes: rows }, size) };
}

/** Images [N, RGB, H, W] as the bytes [N, H, W, RGB] of a batch. @param scale of the values, to bytes */
export function bytesOf({ shape, data }: GoldenTensor, scale = 1): Omit<TrainBatch, "targets"> {
  const [count, channels, height, width] = shape as [number, number, number, number];
  const images = new Uint8Array(data.length);
  const plane = height * width;
  images.forEach((_, i) => {
    const [n, pixel, c] = [Math.floor(i / (plane * 3)), Math.floor(i / 3) % plane, i % 3];
    images[i] = Math.round((data[(n * channels + c) * plane + pixel] as number) * scale);
  });
  return { images, count, height, width };
}

/** Statistics of a tensor of the reference. */
export interface Summary {
  mean: number;
  std: number;
  first8?: number[];
  first?: number[];
}

/** Compares tensors of a model, in PyTorch's layout, with the reference's statistics. */
export async function compareState(
  model: Module,
  expected: Record<string, Summary>,
  tolerance: Tolerance,
): Promise<void> {
  const state = await stateDict(model);
  for (const [path, { mean, std, first8, first = first8 ?? [] }] of Object.entries(expected)) {
    const data = state.get(path)?.data as Float32Array;
    const average = data.reduce((sum, v) => sum + v, 0) / data.length;
    const deviation = Math.sqrt(data.reduce((sum, v) => sum + (v - average) ** 2, 0) / data.length);
    expectClose([average, deviation, ...data.slice(0, first.length)], [mean, std, ...first], tolerance);
  }
}

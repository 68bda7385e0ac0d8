import { padTargets } from "@lookonce/data";
import type { TrainBatch } from "@lookonce/loss";
import { type Module, stateDict } from "@lookonce/nn";
import { expectClose, type GoldenTensor, type Tolerance } from "@lookonce/testing";

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
  const [count, channels, height, width] = images.shape as [number, number, number, number];
  const bytes = new Uint8Array(images.data.length as number);
  const plane = height * width;
  bytes.forEach((_, i) => {
    const [n, pixel, c] = [Math.floor(i / (plane * 3)), Math.floor(i / 3) % plane, i % 3];
    bytes[i] = Math.round((images.data[(n * channels + c) * plane + pixel] as number) * 255);
  });
  const samples = Array.from({ length: count }, (_, n) => {
    const rows = Array.from(imageIndices).flatMap((image, row) => (image === n ? [row] : []));
    const corners = rows.flatMap((row) => {
      const [x, y, w, h] = [0, 1, 2, 3].map((i) => boxes[row * 4 + i]) as [number, number, number, number];
      return [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height];
    });
    return { boxes: Float32Array.from(corners), classes: Int32Array.from(rows, (row) => classes[row] as number) };
  });
  return { images: bytes, count, height, width, targets: padTargets(samples) };
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

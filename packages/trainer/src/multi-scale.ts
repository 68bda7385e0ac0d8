import { type Batch, type BatchSample, imagesOf } from "@lookonce/data";
import { resizeBilinear } from "@lookonce/image";
import type { Random } from "@lookonce/random";

/**
 * Resizes a batch for multi-scale training: its longer side becomes a random multiple of the stride from half of `imgsz` to
 * one and a half of it, as in YOLOv5 (`--multi-scale`); labels are scaled along, except masks, which the loss resizes.
 */
export function scaleRandomly(
  batch: Batch,
  { imgsz, stride, rng }: { imgsz: number; stride: number; rng: Random },
): Batch {
  const [low, high] = [Math.floor((imgsz * 0.5) / stride), Math.floor((imgsz * 1.5) / stride)];
  const side = Math.max(1, rng.integer(low, high + 1)) * stride;
  const factor = side / Math.max(batch.height, batch.width);
  const fit = (length: number): number => Math.ceil((length * factor) / stride) * stride;
  const [height, width] = [fit(batch.height), fit(batch.width)];
  if (height === batch.height && width === batch.width) return batch;
  const images = new Uint8Array(batch.count * height * width * 3);
  for (const [i, image] of imagesOf(batch).entries()) {
    images.set(resizeBilinear(image, { width, height }).data, i * height * width * 3);
  }
  const [x, y] = [width / batch.width, height / batch.height];
  const scaled = (rows: Float32Array, factors = [x, y]): Float32Array =>
    rows.map((value, i) => value * (factors[i % factors.length] as number));
  const shapes = ({ keypoints, rotated }: Pick<BatchSample, "keypoints" | "rotated">) => ({
    ...(keypoints && { keypoints: scaled(keypoints, [x, y, 1]) }),
    ...(rotated && { rotated: scaled(rotated, [x, y, x, y, 1]) }),
  });
  const samples = batch.samples.map((sample) => ({
    ...sample,
    ratio: [sample.ratio[0] * x, sample.ratio[1] * y] as [number, number],
    padding: [sample.padding[0] * x, sample.padding[1] * y] as [number, number],
    ...shapes(sample),
    ...(sample.polygons && { polygons: sample.polygons.map((polygon) => scaled(polygon)) }),
    boxes: scaled(sample.boxes),
  }));
  const targets = { ...batch.targets, ...shapes(batch.targets), boxes: scaled(batch.targets.boxes) };
  return { ...batch, height, width, images, targets, samples };
}

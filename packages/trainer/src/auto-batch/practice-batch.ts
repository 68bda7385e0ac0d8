import { padTargets } from "@lookonce/data";
import type { Random } from "@lookonce/random";
import type { TrainBatch } from "../criteria/criterion.ts";

/** Options of {@link practiceBatch}. */
export interface PracticeBatchOptions {
  /** Images. */
  count: number;
  /** Their side, in pixels. */
  imgsz: number;
  /** Objects in each. */
  objects: number;
  /** Number of classes. */
  nc: number;
  rng: Random;
}

/** Bytes of noise that are drawn; they are repeated over the images. */
const drawn = 65_536;

/** A batch to practice a training step on: noise, with boxes from a sixteenth to half of the image's side. */
export function practiceBatch({ count, imgsz, objects, nc, rng }: PracticeBatchOptions): TrainBatch {
  const size = count * imgsz * imgsz * 3;
  const noise = Uint8Array.from({ length: Math.min(size, drawn) }, () => rng.integer(0, 256));
  const images = new Uint8Array(size);
  for (let at = 0; at < size; at += noise.length) images.set(noise.subarray(0, size - at), at);
  const samples = Array.from({ length: count }, () => ({
    classes: Int32Array.from({ length: objects }, () => rng.integer(0, nc)),
    boxes: Float32Array.from(Array.from({ length: objects }, () => drawBox(imgsz, rng)).flat()),
  }));
  return { images, count, height: imgsz, width: imgsz, targets: padTargets(samples) };
}

function drawBox(imgsz: number, rng: Random): number[] {
  const [width, height] = [rng.uniform(imgsz / 16, imgsz / 2), rng.uniform(imgsz / 16, imgsz / 2)];
  const [x, y] = [rng.uniform(0, imgsz - width), rng.uniform(0, imgsz - height)];
  return [x, y, x + width, y + height];
}

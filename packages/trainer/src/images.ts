import type { StepInput } from "@lookonce/backend-onnxruntime";
import type { Batch } from "@lookonce/data";

const shares = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** The images of a batch, in rows of RGB bytes. */
type Images = Pick<Batch, "images" | "count" | "height" | "width">;

/** Converts a batch's images to a network's input: [N, height, width, RGB], 0 to 1. */
export function imageInput({ images, count, height, width }: Images): StepInput & { data: Float32Array } {
  const data = new Float32Array(images.length);
  for (let i = 0; i < data.length; i++) data[i] = shares[images[i] as number] as number;
  return { data, shape: [count, height, width, 3] };
}

/**
 * Converts a batch's images to planes of colors, [N, RGB, height, width], 0 to 1, as the processor's convolutions read them.
 *
 * @param spare written to in place of new memory where it has the right size
 */
export function imagePlanes(
  { images, count, height, width }: Images,
  spare?: Float32Array,
): StepInput & { data: Float32Array } {
  const data = spare?.length === images.length ? spare : new Float32Array(images.length);
  const size = height * width;
  let read = 0;
  for (let red = 0; red < data.length; red += 3 * size) {
    for (let i = red; i < red + size; i++) {
      data[i] = shares[images[read] as number] as number;
      data[i + size] = shares[images[read + 1] as number] as number;
      data[i + 2 * size] = shares[images[read + 2] as number] as number;
      read += 3;
    }
  }
  return { data, shape: [count, 3, height, width] };
}

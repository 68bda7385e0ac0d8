import type { StepInput } from "@lookonce/backend-onnxruntime";
import type { Batch } from "@lookonce/data";
import type { Image } from "@lookonce/image";

const shares = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

type Images = Pick<Batch, "images" | "count" | "height" | "width">;

/**
 * Converts a batch's images to a network's input: [N, height, width, RGB], 0 to 1.
 *
 * @param spare written to in place of new memory where it has the right size
 */
export function imageInput(
  { images, count, height, width }: Images,
  spare?: Float32Array,
): StepInput & { data: Float32Array } {
  const data = spare?.length === images.length ? spare : new Float32Array(images.length);
  for (let i = 0; i < data.length; i++) data[i] = shares[images[i] as number] as number;
  return { data, shape: [count, height, width, 3] };
}

/** The images of a batch as views of its memory. */
export function imagesOf({ images, count, height, width }: Images): Image[] {
  const size = height * width * 3;
  return Array.from({ length: count }, (_, i) => ({ data: images.subarray(i * size, (i + 1) * size), width, height }));
}

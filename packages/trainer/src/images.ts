import type { StepInput } from "@lookonce/backend-onnxruntime";
import type { Batch } from "@lookonce/data";

const shares = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/**
 * Converts a batch's images to a network's input: [N, height, width, RGB], 0 to 1.
 *
 * @param spare written to in place of new memory where it has the right size
 */
export function imageInput(
  { images, count, height, width }: Pick<Batch, "images" | "count" | "height" | "width">,
  spare?: Float32Array,
): StepInput & { data: Float32Array } {
  const data = spare?.length === images.length ? spare : new Float32Array(images.length);
  for (let i = 0; i < data.length; i++) data[i] = shares[images[i] as number] as number;
  return { data, shape: [count, height, width, 3] };
}

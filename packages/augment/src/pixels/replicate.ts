import { roundHalfEven } from "@lookonce/geometry";
import type { Size } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import { sometimes, type Transform } from "../compose.ts";
import { boxAt, joinObjects, moveObjects, selectObjects } from "../geometry/objects.ts";
import type { Sample } from "../sample.ts";

/** A copy of an object: which, and the top left corner of its new place in whole pixels. */
export interface Replica {
  /** Row of the object. */
  row: number;
  x: number;
  y: number;
}

/**
 * New places of the smaller half (rounded half to even) of a sample's objects, by width + height (YOLOv5 6.1, 7.0).
 *
 * For each, y and then x are drawn so that the copy lies inside the image. Objects below a pixel are passed over.
 */
export function drawReplicas({ image, boxes, classes }: Sample, rng: Random): Replica[] {
  const replicas: Replica[] = [];
  for (const row of smallerHalf(boxes, classes.length)) {
    const { width, height } = patchOf(boxes, row, image);
    if (width < 1 || height < 1) continue;
    const y = Math.floor(rng.uniform(0, image.height - height));
    const x = Math.floor(rng.uniform(0, image.width - width));
    replicas.push({ row, x, y });
  }
  return replicas;
}

/**
 * Copies what lies in the boxes of objects to other places; each copy is an object more, with the class and, moved
 * along, the polygon of the original. Corners are cut to whole pixels. No box is dropped, even if a copy covers it.
 */
export function applyReplicas(sample: Sample, replicas: readonly Replica[]): Sample {
  const { image, ...objects } = sample;
  const stride = image.width * 3;
  const data = image.data.slice();
  const copies = replicas.map(({ row, x, y }) => {
    const { left, top, width, height } = patchOf(objects.boxes, row, image);
    // A later copy may show an earlier one, as in YOLOv5, which reads from the image that it paints on
    const source = data.slice(top * stride, (top + height) * stride);
    for (let k = 0; k < height; k++) {
      const from = k * stride + left * 3;
      data.set(source.subarray(from, from + width * 3), (y + k) * stride + x * 3);
    }
    const copy = moveObjects(selectObjects(objects, [row]), { shift: [x - left, y - top] });
    return { ...copy, boxes: Float32Array.of(x, y, x + width, y + height) };
  });
  return { image: { ...image, data }, ...joinObjects([objects, ...copies]) };
}

/** Copies small objects with a probability: the smaller half of an image's objects, each once. No box is dropped. */
export function randomReplicate(probability: number): Transform {
  return sometimes(probability, (sample, rng) => applyReplicas(sample, drawReplicas(sample, rng)));
}

function smallerHalf(boxes: Float32Array, count: number): number[] {
  const sizes = Array.from({ length: count }, (_, row) => {
    const [x1, y1, x2, y2] = boxAt(boxes, row);
    return x2 - x1 + (y2 - y1);
  });
  const order = [...sizes.keys()].sort((a, b) => (sizes[a] as number) - (sizes[b] as number));
  return order.slice(0, roundHalfEven(count / 2));
}

/** The whole pixels of the image that a box begins in. */
function patchOf(boxes: Float32Array, row: number, image: Size) {
  const inside = (value: number, side: number): number => Math.trunc(Math.min(Math.max(value, 0), side));
  const [x1, y1, x2, y2] = boxAt(boxes, row);
  const left = inside(x1, image.width);
  const top = inside(y1, image.height);
  return { left, top, width: inside(x2, image.width) - left, height: inside(y2, image.height) - top };
}

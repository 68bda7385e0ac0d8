import type { GoldenTensor } from "./golden.ts";

/** Objects of a reference batch, one row an object, in the order of their images. */
export interface GoldenObjects {
  /** The image of each object. */
  images: ArrayLike<number>;
  classes: ArrayLike<number>;
  /** Fractions of the image: center x, y, width, height, and the angle in radians where boxes are rotated. */
  boxes: GoldenTensor;
  /** [B, h, w] where objects of an image share a map, or [objects, h, w]. */
  masks?: GoldenTensor | undefined;
  /** Fractions of the image and visibility [objects, K, 3], or without visibility [objects, K, 2]. */
  keypoints?: GoldenTensor | undefined;
}

/** A batch's objects padded to M rows an image, as `@lookonce/data` pads them. */
export interface GoldenTargets {
  labels: Int32Array;
  boxes: Float32Array;
  mask: Float32Array;
  maxTargets: number;
  masks?: Uint8Array;
  maskSize?: [height: number, width: number];
  keypoints?: Float32Array;
  rotated?: Float32Array;
}

/** Pads the objects of a reference batch. @param spare rows of padding in the fullest image. Default 1 */
export function goldenTargets(
  { images, classes, boxes, masks, keypoints }: GoldenObjects,
  { count, height, width, spare = 1 }: { count: number; height: number; width: number; spare?: number },
): GoldenTargets {
  const next = new Array<number>(count).fill(0);
  const rows = Array.from(images, (image) => {
    const row = next[image] as number;
    next[image] = row + 1;
    return { image, row };
  });
  const maxTargets = Math.max(...next) + spare;
  const places = rows.map(({ image, row }) => image * maxTargets + row);
  const total = count * maxTargets;
  const placed = (values: ArrayLike<number>, columns: number, map = (value: number, _column: number) => value) => {
    const all = new Float32Array(total * columns);
    for (const [i, place] of places.entries()) {
      for (let c = 0; c < columns; c++) all[place * columns + c] = map(values[i * columns + c] as number, c);
    }
    return all;
  };
  const columns = boxes.shape[1] as number;
  const sides = [width, height];
  const pixels = placed(boxes.data, columns, (value, c) => (c < 4 ? value * (sides[c % 2] as number) : value));
  const corners = new Float32Array(total * 4);
  for (let i = 0; i < total; i++) {
    const [x, y, w, h] = pixels.subarray(i * columns, i * columns + 4) as unknown as [number, number, number, number];
    corners.set([x - w / 2, y - h / 2, x + w / 2, y + h / 2], i * 4);
  }
  const targets: GoldenTargets = {
    labels: Int32Array.from(placed(classes, 1)),
    boxes: corners,
    mask: placed(new Float32Array(places.length).fill(1), 1),
    maxTargets,
  };
  if (columns === 5) targets.rotated = pixels;
  if (keypoints !== undefined) targets.keypoints = pointsOf(keypoints, { places, total, sides });
  if (masks !== undefined) Object.assign(targets, masksOf(masks, { places, total, count }));
  return targets;
}

/** Objects of YOLOv5's batches: rows of image, class and box. */
export function objectsOfRows({ data }: GoldenTensor): Pick<GoldenObjects, "images" | "classes" | "boxes"> {
  const columns = (from: number, end: number): Float32Array =>
    Float32Array.from(data).filter((_, i) => i % 6 >= from && i % 6 < end);
  const boxes = { shape: [data.length / 6, 4], data: columns(2, 6) };
  return { images: columns(0, 1), classes: columns(1, 2), boxes };
}

function pointsOf(
  { shape, data }: GoldenTensor,
  { places, total, sides }: { places: number[]; total: number; sides: number[] },
): Float32Array {
  const [, points, dimensions] = shape as [number, number, number];
  const all = new Float32Array(total * points * 3);
  for (const [i, place] of places.entries()) {
    for (let k = 0; k < points; k++) {
      const [x, y, visible = 1] = data.subarray((i * points + k) * dimensions, (i * points + k + 1) * dimensions);
      const at = (place * points + k) * 3;
      all.set([(x as number) * (sides[0] as number), (y as number) * (sides[1] as number), visible], at);
    }
  }
  return all;
}

function masksOf(
  { shape, data }: GoldenTensor,
  { places, total, count }: { places: number[]; total: number; count: number },
): Pick<GoldenTargets, "masks" | "maskSize"> {
  const [maps, height, width] = shape as [number, number, number];
  const maskSize: [number, number] = [height, width];
  // A map for each object comes in the order of objects; where maps are as many as images, objects share them.
  if (maps === count) return { masks: Uint8Array.from(data), maskSize };
  const masks = new Uint8Array(total * height * width);
  for (const [i, place] of places.entries()) {
    masks.set(data.subarray(i * height * width, (i + 1) * height * width), place * height * width);
  }
  return { masks, maskSize };
}

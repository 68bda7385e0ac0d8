import type { Image } from "@lookonce/image";

/**
 * The bytes of images of one size, one after the other; those of a single one are not copied.
 *
 * @param count how many the result has room for, black ones where there are fewer
 */
export function joinPixels(images: readonly Image[], count: number = images.length): Uint8Array {
  const [first] = images as [Image];
  if (count === 1) return first.data;
  const joined = new Uint8Array(first.data.length * count);
  images.forEach(({ data }, i) => {
    joined.set(data, i * data.length);
  });
  return joined;
}

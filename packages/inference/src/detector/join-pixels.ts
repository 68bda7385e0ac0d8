import type { Picture } from "@lookonce/augment";

/**
 * The bytes of pictures of one size, one after the other; those of a single one are not copied.
 *
 * @param count how many the result has room for, black ones where there are fewer
 */
export function joinPixels(pictures: readonly Picture[], count: number = pictures.length): Uint8Array {
  const [first] = pictures as [Picture];
  if (count === 1) return first.data;
  const joined = new Uint8Array(first.data.length * count);
  pictures.forEach(({ data }, i) => {
    joined.set(data, i * data.length);
  });
  return joined;
}

import { type Image, readImage } from "@lookonce/image";

/** The pixels of a plot. */
export function pixelsOf(png: Uint8Array): Promise<Image> {
  return readImage(png);
}

/** The color of a pixel. */
export function at({ data, width }: Image, x: number, y: number): [number, number, number] {
  const i = 3 * (Math.round(y) * width + Math.round(x));
  return [data[i] as number, data[i + 1] as number, data[i + 2] as number];
}

/** How many pixels have a color, each channel within the tolerance. */
export function countColor(
  { data }: Image,
  [r, g, b]: readonly [number, number, number],
  tolerance: number = 2,
): number {
  let count = 0;
  for (let i = 0; i < data.length; i += 3) {
    const near = (offset: number, value: number): boolean =>
      Math.abs((data[i + offset] as number) - value) <= tolerance;
    if (near(0, r) && near(1, g) && near(2, b)) count++;
  }
  return count;
}

/** `#rrggbb` as numbers. */
export function rgb(color: string): [number, number, number] {
  return [1, 3, 5].map((i) => Number.parseInt(color.slice(i, i + 2), 16)) as [number, number, number];
}

/**
 * An image in memory: 8-bit RGB, row by row from the top, three bytes a pixel.
 */
export interface Image {
  /** `height · width · 3` bytes, HWC, RGB. */
  data: Uint8Array;
  /** Pixels in a row. */
  width: number;
  /** Rows. */
  height: number;
  /** Size of the image in its file, where this is a smaller version of it. */
  original?: Size;
}

/** A width and a height in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** The most pixels that are decoded, as sharp's: 268 million. */
export const pixelLimit: number = 0x3fff ** 2;

/** @throws Error when an image has more pixels than are decoded */
export function checkPixels({ width, height }: Size, maxPixels: number): void {
  if (width * height > maxPixels) throw new Error(`it has ${width * height} pixels, more than ${maxPixels}`);
}

/** The size of an image that is to have a share of its pixels. */
export function shrunkSize({ width, height }: Size, share: number): Size {
  const side = (length: number): number => Math.max(1, Math.round(length * Math.sqrt(share)));
  return { width: side(width), height: side(height) };
}

/** Creates an image of one color (RGB, 0 to 255; a single number is a gray). */
export function blankImage(size: Size, fill: number | readonly [number, number, number] = 0): Image {
  const { width, height } = size;
  const data = new Uint8Array(width * height * 3);
  if (typeof fill === "number") data.fill(fill);
  else for (let i = 0; i < data.length; i++) data[i] = fill[i % 3] as number;
  return { data, width, height };
}

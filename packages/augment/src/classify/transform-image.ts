import type { Image } from "@lookonce/image";
import { cosine, sine } from "@lookonce/random";

/** Where a pixel of the output lies in the input: `x · a + y · b + c`, `x · d + y · e + f`. */
export type InverseAffine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** An image moved bilinearly, black beyond its edges. Positions and rounding are Pillow's (`transform`, `AFFINE`). */
export function transformImage({ data, width, height }: Image, [a, b, c, d, e, f]: InverseAffine): Image {
  const target = new Uint8Array(data.length);
  for (let y = 0, t = 0; y < height; y++) {
    for (let x = 0; x < width; x++, t += 3) {
      const u = a * (x + 0.5) + b * (y + 0.5) + c;
      const v = d * (x + 0.5) + e * (y + 0.5) + f;
      if (!(u >= 0 && v >= 0 && u < width && v < height)) continue;
      const left = Math.floor(u - 0.5);
      const top = Math.floor(v - 0.5);
      const [right, below] = [u - 0.5 - left, v - 0.5 - top];
      const upper = Math.max(top, 0) * width;
      const lower = Math.min(top + 1, height - 1) * width;
      const first = Math.max(left, 0);
      const second = Math.min(left + 1, width - 1);
      const [p, q, r, s] = [(upper + first) * 3, (upper + second) * 3, (lower + first) * 3, (lower + second) * 3];
      for (let k = 0; k < 3; k++) {
        const above = (data[p + k] as number) + ((data[q + k] as number) - (data[p + k] as number)) * right;
        const under = (data[r + k] as number) + ((data[s + k] as number) - (data[r + k] as number)) * right;
        target[t + k] = above + (under - above) * below;
      }
    }
  }
  return { data: target, width, height };
}

/** Rows pushed to the left by a share of their distance from the top. */
export function shearX(image: Image, share: number): Image {
  return transformImage(image, [1, share, 0, 0, 1, 0]);
}

/** Columns pushed up by a share of their distance from the left. */
export function shearY(image: Image, share: number): Image {
  return transformImage(image, [1, 0, 0, share, 1, 0]);
}

/** Moved to the right by whole pixels; fractions are cut off. */
export function translateX(image: Image, pixels: number): Image {
  return transformImage(image, [1, 0, -Math.trunc(pixels), 0, 1, 0]);
}

/** Moved down by whole pixels; fractions are cut off. */
export function translateY(image: Image, pixels: number): Image {
  return transformImage(image, [1, 0, 0, 0, 1, -Math.trunc(pixels)]);
}

/** Turned around its middle, counter-clockwise. */
export function rotate(image: Image, degrees: number): Image {
  const [x, y] = [image.width / 2, image.height / 2];
  const cos = cosine((degrees * Math.PI) / 180);
  const sin = sine((degrees * Math.PI) / 180);
  return transformImage(image, [cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y]);
}

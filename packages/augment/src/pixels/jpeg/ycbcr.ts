import type { Image } from "@lookonce/image";
import type { Plane } from "../../color/luma.ts";

/** Y, and Cb and Cr at half the width and height, filled up to the right to whole blocks of 8. */
export interface HalvedYcbcr {
  y: Plane;
  cb: Plane;
  cr: Plane;
}

/** To YCbCr (JFIF), then every 2 × 2 colors become their mean, rounded up and down in turns along a row. */
export function toHalvedYcbcr({ data, width, height }: Image): HalvedYcbcr {
  const y = new Uint8Array(width * height);
  const cb = new Uint8Array(width * height);
  const cr = new Uint8Array(width * height);
  for (let p = 0, i = 0; p < y.length; p++, i += 3) {
    const r = data[i] as number;
    const g = data[i + 1] as number;
    const b = data[i + 2] as number;
    y[p] = (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
    cb[p] = (-11059 * r - 21709 * g + 32768 * b + 8421375) >> 16;
    cr[p] = (32768 * r - 27439 * g - 5329 * b + 8421375) >> 16;
  }
  return {
    y: { data: y, width, height },
    cb: halve({ data: cb, width, height }),
    cr: halve({ data: cr, width, height }),
  };
}

/** Back to RGB; colors in between are interpolated, the nearer counting three times the farther on each axis. */
export function fromHalvedYcbcr({ y, cb, cr }: HalvedYcbcr): Image {
  const { width, height } = y;
  const target = new Uint8ClampedArray(width * height * 3);
  const blue = new Int16Array(width);
  const red = new Int16Array(width);
  for (let row = 0, p = 0, i = 0; row < height; row++) {
    doubleRow(cb, row, blue);
    doubleRow(cr, row, red);
    for (let x = 0; x < width; x++, p++, i += 3) {
      const level = y.data[p] as number;
      const b = (blue[x] as number) - 128;
      const r = (red[x] as number) - 128;
      target[i] = level + ((91881 * r + 32768) >> 16);
      target[i + 1] = level + ((-22554 * b - 46802 * r + 32768) >> 16);
      target[i + 2] = level + ((116130 * b + 32768) >> 16);
    }
  }
  return { data: new Uint8Array(target.buffer), width, height };
}

function halve({ data, width, height }: Plane): Plane {
  // The last pixel is repeated before means are taken: their rounding in turns goes on beyond the image
  const halved = { width: Math.ceil(width / 16) * 8, height: (height + 1) >> 1 };
  const target = new Uint8Array(halved.width * halved.height);
  for (let y = 0, p = 0; y < height; y += 2) {
    const above = y * width;
    const below = Math.min(y + 1, height - 1) * width;
    for (let x = 0; x < halved.width; x++, p++) {
      const left = Math.min(2 * x, width - 1);
      const right = Math.min(2 * x + 1, width - 1);
      const sum =
        (data[above + left] as number) +
        (data[above + right] as number) +
        (data[below + left] as number) +
        (data[below + right] as number);
      target[p] = (sum + 1 + (x & 1)) >> 2;
    }
  }
  return { data: target, ...halved };
}

/** Row `row` of the plane at twice its size; the target's length says how much of the plane is used. */
function doubleRow({ data, width, height }: Plane, row: number, target: Int16Array): void {
  const near = (row >> 1) * width;
  const beyond = (row >> 1) + (row % 2 === 0 ? -1 : 1);
  const far = Math.min(Math.max(beyond, 0), height - 1) * width;
  const used = (target.length + 1) >> 1;
  const column = (x: number): number => 3 * (data[near + x] as number) + (data[far + x] as number);
  let before = column(0);
  let here = before;
  for (let x = 0; x < used; x++) {
    const after = x + 1 < used ? column(x + 1) : here;
    target[2 * x] = (3 * here + before + 8) >> 4;
    // One beyond the end of a row of odd length goes nowhere
    target[2 * x + 1] = (3 * here + after + 7) >> 4;
    before = here;
    here = after;
  }
}

import { LookonceError } from "@lookonce/errors";
import type { Image } from "@lookonce/image";
import type { RawPixels } from "./source.ts";

/** Pixels as RGB. RGB itself is not copied; gray is spread to three channels, alpha is dropped. */
export function toRgb(pixels: Image | RawPixels): Image {
  const { data, width, height } = pixels;
  const channels = "channels" in pixels ? pixels.channels : 3;
  checkPixels(pixels, channels);
  if (channels === 3) {
    const bytes = data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { data: bytes, width, height };
  }
  const rgb = new Uint8Array(width * height * 3);
  const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
  for (let from = 0, to = 0; from < data.length; from += channels, to += 3) {
    rgb[to] = data[from] as number;
    rgb[to + 1] = data[from + green] as number;
    rgb[to + 2] = data[from + blue] as number;
  }
  return { data: rgb, width, height };
}

function checkPixels({ data, width, height }: Image | RawPixels, channels: number): void {
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    throw new LookonceError("ARGUMENT", "The pixels of an image must be bytes (Uint8Array), RGB from 0 to 255.");
  }
  for (const [name, side] of Object.entries({ width, height })) {
    if (Number.isInteger(side) && side > 0) continue;
    throw new LookonceError("ARGUMENT", `An image's ${name} must be a whole number of pixels, not ${side}.`);
  }
  if (![1, 3, 4].includes(channels)) {
    throw new LookonceError("ARGUMENT", `Pixels have 1, 3 or 4 channels (gray, RGB, RGBA), not ${channels}.`);
  }
  const area = width * height;
  if (data.length === area * channels) return;
  const fitting = [1, 3, 4].find((count) => data.length === area * count);
  const hint = fitting === undefined ? "" : ` They fit channels: ${fitting}.`;
  throw new LookonceError(
    "ARGUMENT",
    `Pixels of ${width} × ${height} with ${channels} channels are ${area * channels} bytes, not ${data.length}.${hint}`,
  );
}

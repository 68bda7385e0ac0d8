import type { Image } from "@lookonce/image";
import { hsvInverse } from "../color/hsv-arithmetic.ts";
import type { HsvTables } from "../color/hsv-tables.ts";
import { type Kernels, reserve } from "./kernels.ts";

/** Offsets within the room for colors. */
const places = {
  middle: 0,
  lowest: 180 * 256 * 4,
  order: 180 * 256 * 4 + 1024,
  hue: 180 * 256 * 4 + 1024 + 180 * 16,
  saturation: 180 * 256 * 4 + 1024 + 180 * 16 + 256,
  value: 180 * 256 * 4 + 1024 + 180 * 16 + 512,
  strip: 180 * 256 * 4 + 1024 + 180 * 16 + 512 + 1024,
};

let lasting = false;

/** {@link HsvTables} applied to an image by the WebAssembly kernel, as a new image. */
export function turnColors({ data, width, height }: Image, tables: HsvTables): Image {
  const kernels = reserve(data.length + 64);
  const { bytes, free } = kernels;
  bytes.set(data, free);
  turnPixels(kernels, { at: free, count: width * height }, tables);
  return { data: bytes.slice(free, free + data.length), width, height };
}

/** {@link turnColors} in place, of pixels that lie in the kernels' memory. */
export function turnPixels(
  kernels: Kernels,
  { at: pixels, count }: { at: number; count: number },
  tables: HsvTables,
): void {
  const { bytes, colors } = kernels;
  if (!lasting) fillLastingTables(bytes, colors);
  lasting = true;
  bytes.set(tables.hue, colors + places.hue);
  bytes.set(tables.saturation, colors + places.saturation);
  const shares = Float32Array.from(tables.value, (level) => Math.fround(level) * Math.fround(1 / 255));
  bytes.set(new Uint8Array(shares.buffer), colors + places.value);
  const at = (place: keyof typeof places): number => colors + places[place];
  const lookedUp = [at("hue"), at("saturation"), at("value"), at("middle"), at("lowest"), at("order")];
  kernels.turnColors(pixels, count, at("strip"), ...lookedUp);
}

/** What does not depend on the shift: factors, and the order of channels as byte positions of three 32-bit numbers. */
function fillLastingTables(bytes: Uint8Array, colors: number): void {
  const { middle, lowest, places: channels } = hsvInverse();
  bytes.set(new Uint8Array(middle.buffer), colors + places.middle);
  bytes.set(new Uint8Array(lowest.buffer), colors + places.lowest);
  channels.forEach((place, hue) => {
    const row = bytes.subarray(colors + places.order + hue * 16, colors + places.order + hue * 16 + 16).fill(0x80);
    row[place & 3] = 0;
    row[(place >> 2) & 3] = 4;
    row[place >> 4] = 8;
  });
}

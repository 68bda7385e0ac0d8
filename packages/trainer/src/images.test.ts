import { expect, it } from "vitest";
import { imageInput, imagePlanes } from "./images.ts";

const batch = { images: Uint8Array.from({ length: 2 * 2 * 3 * 3 }, (_, i) => 7 * i), count: 2, height: 2, width: 3 };

it("scales bytes to shares, pixel by pixel or in planes of colors", () => {
  const { data, shape } = imageInput(batch);
  expect(shape).toEqual([2, 2, 3, 3]);
  expect([...data]).toEqual([...batch.images].map((byte) => Math.fround(byte / 255)));
  const planes = imagePlanes(batch);
  expect(planes.shape).toEqual([2, 3, 2, 3]);
  for (const [i, value] of data.entries()) {
    const [image, pixel, color] = [Math.floor(i / 18), Math.floor(i / 3) % 6, i % 3];
    expect(planes.data[image * 18 + color * 6 + pixel]).toBe(value);
  }
});

it("writes to memory that fits", () => {
  const spare = new Float32Array(36);
  expect(imagePlanes(batch, spare).data).toBe(spare);
  expect(imagePlanes(batch, new Float32Array(35)).data).toHaveLength(36);
});

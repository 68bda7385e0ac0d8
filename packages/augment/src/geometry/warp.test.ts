import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { invert, type Matrix } from "./matrix.ts";
import { sceneOf } from "./scene.ts";
import { warpScene } from "./warp.ts";

const fill = 114;

/** One channel of one pixel of the output, by OpenCV's arithmetic: positions in 1/32 of a pixel, whole weights of 1/1024. */
function pixel(
  image: { data: Uint8Array; width: number; height: number },
  inverse: Matrix,
  x: number,
  y: number,
): number[] {
  const [a, b, c, d, e, f] = inverse;
  // The view begins a pixel before the canvas; half to even as in WebAssembly never matters for these matrices.
  const u = (Math.round(a * x * 1024) + Math.round((b * y + c) * 1024) + 16) >> 5;
  const v = (Math.round(d * x * 1024) + Math.round((e * y + f) * 1024) + 16) >> 5;
  const at = (row: number, column: number, channel: number): number =>
    row < 0 || column < 0 || row >= image.height || column >= image.width
      ? fill
      : (image.data[(row * image.width + column) * 3 + channel] as number);
  const [column, row, fu, fv] = [u >> 5, v >> 5, u & 31, v & 31];
  return [0, 1, 2].map((channel) => {
    const top = (32 - fu) * at(row, column, channel) + fu * at(row, column + 1, channel);
    const bottom = (32 - fu) * at(row + 1, column, channel) + fu * at(row + 1, column + 1, channel);
    return ((32 - fv) * top + fv * bottom + 512) >> 10;
  });
}

describe("images that are scaled and moved alone", () => {
  const rng = new Random("warp");
  it.each(Array.from({ length: 12 }, (_, i) => i))("are blended to the byte as all others, case %i", (i) => {
    const size = { width: rng.integer(2, 60), height: rng.integer(2, 40) };
    const image = {
      ...size,
      data: Uint8Array.from({ length: size.width * size.height * 3 }, () => rng.integer(0, 256)),
    };
    const scale = [rng.uniform(0.4, 2.2), i % 4 === 3 ? -rng.uniform(0.4, 2.2) : rng.uniform(0.4, 2.2)] as const;
    const shift = [rng.uniform(-30, 50), rng.uniform(-20, 40)] as const;
    // Not the least rounding between the steps of positions: all numbers are sums of few powers of two
    const [sx, sy, tx, ty] = [...scale, ...shift].map((value) => Math.round(value * 64) / 64) as [
      number,
      number,
      number,
      number,
    ];
    const inverse: Matrix = [sx, 0, tx + 1 / 4096, 0, sy, ty + 1 / 4096, 0, 0, 1];
    const output = { width: rng.integer(1, 70), height: rng.integer(1, 50) };
    const matrix = invert(inverse) as Matrix;
    const warped = warpScene(
      sceneOf({ image, boxes: new Float32Array(0), classes: new Int32Array(0) }, fill),
      matrix,
      output,
    );
    const back = invert(matrix) as Matrix;
    const expected = Uint8Array.from(
      Array.from({ length: output.width * output.height }, (_, k) =>
        pixel(image, back, k % output.width, Math.floor(k / output.width)),
      ).flat(),
    );
    expect(Buffer.compare(warped.data, expected)).toBe(0);
  });
});

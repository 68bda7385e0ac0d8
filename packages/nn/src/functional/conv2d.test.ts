import { Random } from "@lookonce/random";
import { enterTestDevice, expectClose, usualDevices } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
// After tfjs-core: the file carries a copy of it, and the first engine to be made is the one that is used.
import { beforeAll, describe, expect, it } from "vitest";
import { type Conv2dOptions, conv2d } from "./conv2d.ts";

type Shape4 = [number, number, number, number];

interface Case {
  x: Shape4;
  filter: Shape4;
  options: Required<Conv2dOptions>;
}

const cases: Case[] = [
  { x: [2, 6, 5, 3], filter: [3, 3, 3, 4], options: { stride: 1, padding: 1, dilation: 1, groups: 1 } },
  { x: [1, 7, 8, 2], filter: [6, 6, 2, 3], options: { stride: 2, padding: 2, dilation: 1, groups: 1 } },
  { x: [1, 7, 7, 2], filter: [3, 3, 2, 2], options: { stride: 1, padding: 2, dilation: 2, groups: 1 } },
  { x: [1, 9, 9, 2], filter: [3, 3, 2, 2], options: { stride: 2, padding: 3, dilation: 3, groups: 1 } },
  { x: [2, 5, 5, 4], filter: [3, 3, 1, 4], options: { stride: 1, padding: 1, dilation: 1, groups: 4 } },
  { x: [1, 6, 6, 3], filter: [3, 3, 1, 6], options: { stride: 2, padding: 1, dilation: 1, groups: 3 } },
  { x: [1, 6, 6, 4], filter: [3, 3, 2, 6], options: { stride: 1, padding: 1, dilation: 1, groups: 2 } },
  { x: [1, 7, 7, 4], filter: [3, 3, 2, 2], options: { stride: 2, padding: 2, dilation: 2, groups: 2 } },
  { x: [1, 7, 7, 3], filter: [3, 3, 1, 3], options: { stride: 1, padding: 2, dilation: 2, groups: 3 } },
  { x: [1, 7, 8, 2], filter: [1, 3, 2, 3], options: { stride: [1, 2], padding: 1, dilation: 1, groups: 1 } },
  { x: [1, 7, 8, 2], filter: [3, 1, 1, 2], options: { stride: [3, 1], padding: 0, dilation: 1, groups: 2 } },
  { x: [1, 7, 8, 4], filter: [3, 1, 2, 2], options: { stride: [2, 1], padding: 1, dilation: 1, groups: 2 } },
];

const random = (rng: Random, shape: number[]): Float32Array =>
  Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.uniform(-1, 1));

const sizeOf = (size: number, kernel: number, options: { step: number; padding: number; dilation: number }): number =>
  Math.floor((size + 2 * options.padding - options.dilation * (kernel - 1) - 1) / options.step) + 1;

/** The definition, one loop an index: what y is, and through `visit` which products it sums. */
function visitProducts(c: Case, visit: (y: number, x: number, filter: number) => void): Shape4 {
  const [n, height, width, channels] = c.x;
  const [kh, kw, perGroup, out] = c.filter;
  const { stride, padding, dilation, groups } = c.options;
  const [sh, sw] = typeof stride === "number" ? [stride, stride] : stride;
  const h = sizeOf(height, kh, { step: sh, padding, dilation });
  const w = sizeOf(width, kw, { step: sw, padding, dilation });
  for (let y = 0; y < n * h * w * out; y++) {
    const [b, i, j, o] = [
      Math.floor(y / (h * w * out)),
      Math.floor(y / (w * out)) % h,
      Math.floor(y / out) % w,
      y % out,
    ];
    const group = Math.floor(o / (out / groups));
    for (let tap = 0; tap < kh * kw; tap++) {
      const row = i * sh - padding + Math.floor(tap / kw) * dilation;
      const column = j * sw - padding + (tap % kw) * dilation;
      if (row < 0 || column < 0 || row >= height || column >= width) continue;
      for (let k = 0; k < perGroup; k++) {
        const x = ((b * height + row) * width + column) * channels + group * perGroup + k;
        visit(y, x, (tap * perGroup + k) * out + o);
      }
    }
  }
  return [n, h, w, out];
}

describe.each(usualDevices)("conv2d on %s", (device) => {
  beforeAll(() => enterTestDevice(device));

  it.each(cases)("follows the definition, gradients too: $x by $filter, $options", async (c) => {
    const rng = new Random(5);
    const [x, filter] = [random(rng, c.x), random(rng, c.filter)];
    const y = new Map<number, number>();
    const shape = visitProducts(c, (at, i, k) =>
      y.set(at, (y.get(at) ?? 0) + (x[i] as number) * (filter[k] as number)),
    );
    const dy = random(rng, shape);
    const [dx, dw] = [new Float32Array(x.length), new Float32Array(filter.length)];
    visitProducts(c, (at, i, k) => {
      dx[i] = (dx[i] as number) + (dy[at] as number) * (filter[k] as number);
      dw[k] = (dw[k] as number) + (dy[at] as number) * (x[i] as number);
    });
    const [xt, ft, dyt] = [tf.tensor4d(x, c.x), tf.tensor4d(filter, c.filter), tf.tensor4d(dy, shape)];
    const out = conv2d(xt, ft, c.options);
    expect(out.shape).toEqual(shape);
    expectClose(
      await out.data(),
      Array.from(dy, (_, i) => y.get(i) ?? 0),
      { abs: 1e-5 },
    );
    const [gx, gw] = tf.grads((a, b) => conv2d(a as tf.Tensor4D, b as tf.Tensor4D, c.options))([xt, ft], dyt);
    expectClose(await (gx as tf.Tensor).data(), dx, { abs: 1e-5 });
    expectClose(await (gw as tf.Tensor).data(), dw, { abs: 1e-5 });
  });

  it("leaves nothing behind", () => {
    const { x, filter, options } = cases[6] as Case;
    const [xt, ft] = [tf.ones(x) as tf.Tensor4D, tf.ones(filter) as tf.Tensor4D];
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      tf.grads((a, b) => conv2d(a as tf.Tensor4D, b as tf.Tensor4D, options))([xt, ft]);
    });
    conv2d(xt, ft, options).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

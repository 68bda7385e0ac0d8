import { expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { differences, useTestDevice, values } from "../test-device.ts";
import { bceWithLogits } from "./bce-with-logits.ts";
import { focalWithLogits, qualityFocalWithLogits, varifocalWithLogits } from "./focal.ts";

useTestDevice();

const logits = [-3, -0.5, 0, 0.25, 2, 6];
const targets = [0, 1, 0.5, 0.3, 0.9, 0];

type Loss = (x: tf.Tensor, t: tf.Tensor, options?: { reduction?: "none" | "sum" }) => tf.Tensor;

/** The losses as their papers write them, in double precision. */
const entropy = (p: number, t: number, w = 1) => -w * t * Math.log(p) - (1 - t) * Math.log(1 - p);
const share = (t: number, alpha: number) => t * alpha + (1 - t) * (1 - alpha);
const rightness = (p: number, t: number) => t * p + (1 - t) * (1 - p);
const cases: { name: string; loss: Loss; paper: (p: number, t: number) => number }[] = [
  {
    name: "focalWithLogits",
    loss: focalWithLogits,
    paper: (p, t) => share(t, 0.25) * (1 - rightness(p, t)) ** 1.5 * entropy(p, t),
  },
  {
    name: "focalWithLogits with γ 0.5, no α and a positive weight",
    loss: (x, t, options) => focalWithLogits(x, t, { ...options, gamma: 0.5, alpha: null, positiveWeight: 3 }),
    paper: (p, t) => (1 - rightness(p, t)) ** 0.5 * entropy(p, t, 3),
  },
  {
    name: "qualityFocalWithLogits",
    loss: qualityFocalWithLogits,
    paper: (p, t) => (t - p) ** 2 * entropy(p, t),
  },
  {
    name: "qualityFocalWithLogits with γ 1.5 and α",
    loss: (x, t, options) => qualityFocalWithLogits(x, t, { ...options, gamma: 1.5, alpha: 0.25 }),
    paper: (p, t) => share(t, 0.25) * Math.abs(t - p) ** 1.5 * entropy(p, t),
  },
  {
    name: "varifocalWithLogits",
    loss: varifocalWithLogits,
    paper: (p, t) => (t > 0 ? t : 0.75 * p ** 2) * entropy(p, t),
  },
];

describe.each(cases)("$name", ({ loss, paper }) => {
  it("is what its paper says", async () => {
    const expected = logits.map((x, i) => paper(1 / (1 + Math.exp(-x)), targets[i]!));
    const each = await values(loss(tf.tensor1d(logits), tf.tensor1d(targets)));
    expectClose(each, expected, { abs: 1e-6, rel: 1e-5 });
    const sum = await values(loss(tf.tensor1d(logits), tf.tensor1d(targets), { reduction: "sum" }));
    expectClose(sum, [expected.reduce((a, b) => a + b, 0)], { rel: 1e-5 });
  });

  it("has the gradient that differences show", async () => {
    // 0 against 0.5 is where |t − p| has its corner.
    const point = logits.map((x) => (x === 0 ? 0.1 : x));
    const f = (x: tf.Tensor) => tf.sum(tf.mul(loss(x, tf.tensor1d(targets)), tf.range(1, 7)));
    const expected = await differences(f, { point, shape: [6], step: 0.02 });
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1);
    expectClose(await values(tf.grad(f)(tf.tensor1d(point))), expected, { abs: 3e-3, rel: 1e-3 });
  });

  it("is finite with its gradient far out and where it is perfectly right", async () => {
    const x = tf.tensor1d([1e4, 1e4, 1e4, -1e4, -1e4, -1e4, 0, 100, -100]);
    const t = tf.tensor1d([1, 0, 0.5, 1, 0, 0.5, 0.5, 1, 0]);
    const { value, grad } = tf.valueAndGrad((z) => tf.sum(loss(z, t)))(x);
    expect([...(await values(value)), ...(await values(grad))].every(Number.isFinite)).toBe(true);
  });

  it("accepts one target for all", async () => {
    const x = tf.tensor1d(logits);
    const one = await values(loss(x, tf.scalar(0)));
    expectClose(one, await values(loss(x, tf.zeros([6]))), { abs: 0 });
  });
});

describe("focalWithLogits", () => {
  it("is half of cross-entropy with γ near 0 and α 0.5", async () => {
    const [x, t] = [tf.tensor1d(logits), tf.tensor1d(targets)];
    const focal = await values(focalWithLogits(x, t, { gamma: 1e-6, alpha: 0.5 }));
    expectClose(focal, await values(tf.mul(bceWithLogits(x, t), 0.5)), { abs: 1e-5, rel: 1e-4 });
  });
});

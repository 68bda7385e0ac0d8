import type { OnnxModel } from "@lookonce/onnx";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { currentBackend, inSinglePrecision, RecordedStep, registerOnnxRuntime, trace } from "./index.ts";

beforeAll(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

const half = 10;

/** Operators by precision: `half` for nodes that read or leave half precision, casts apart. */
function operators(model: OnnxModel): { half: string[]; single: string[]; casts: string[] } {
  const halves = new Set<string>();
  const found = { half: [] as string[], single: [] as string[], casts: [] as string[] };
  for (const { op, inputs, outputs, attributes } of model.graph.nodes) {
    if (op === "Cast") {
      const to = (attributes.to as { int: number }).int;
      found.casts.push(`${inputs[0]} to ${to}`);
      if (to === half) halves.add(outputs[0]!);
    } else if (inputs.some((name) => halves.has(name))) {
      found.half.push(op);
      for (const name of outputs) halves.add(name);
    } else {
      found.single.push(op);
    }
  }
  return found;
}

const filter = (seed: number, shape: number[], scale = 0.3): tf.Tensor4D =>
  tf.randomNormal(shape as [number, number, number, number], 0, scale, "float32", seed) as tf.Tensor4D;

const input = [{ name: "x", shape: [2, 6, 6, 4] }];

describe("autocast", () => {
  it("convolves and multiplies in half precision, and adds up in single", async () => {
    const weights = filter(1, [3, 3, 4, 4]);
    const network = (x: tf.Tensor): tf.Tensor[] => {
      const y = tf.sigmoid(tf.conv2d(x as tf.Tensor4D, weights, 1, "same"));
      const product = tf.matMul(tf.reshape(y, [2, 36, 4]), tf.reshape(y, [2, 36, 4]), true, false);
      return [tf.add(tf.sum(product), tf.mean(y))];
    };
    const plain = operators(await trace((x) => network(x!), { inputs: input }));
    expect(plain).toMatchObject({ half: [], casts: [] });
    const cast = operators(await trace((x) => network(x!), { inputs: input, autocast: true, target: "onnxruntime" }));
    expect(cast.half.filter((op) => /Conv|MatMul/.test(op))).toEqual(["Conv", "FusedMatMul"]);
    expect(cast.single).toEqual(expect.arrayContaining(["Sigmoid", "ReduceSum", "ReduceMean"]));
    expect(cast.single).not.toContain("Conv");
  });

  it("keeps the sums of normalization in single precision, although they are written as products", async () => {
    const weights = filter(1, [1, 1, 4, 4]);
    const model = await trace(
      (x) => {
        const y = tf.conv2d(x as tf.Tensor4D, weights, 1, "same");
        return [tf.mean(y, [0, 1, 2]), tf.mean(tf.square(y), [0, 1, 2])];
      },
      { inputs: input, autocast: true, target: "onnxruntime" },
    );
    const { half: inHalf, single, casts } = operators(model);
    expect(inHalf).toContain("Conv");
    expect(inHalf).not.toContain("FusedMatMul");
    expect(single).toContain("FusedMatMul");
    // The map is cast once for both sums.
    expect(casts.filter((text) => text.endsWith("to 1"))).toHaveLength(1);
  });

  it("casts a value once, however many convolutions read it", async () => {
    const weights = [1, 2, 3].map((seed) => filter(seed, [3, 3, 4, 4]));
    const model = await trace((x) => [tf.addN(weights.map((one) => tf.conv2d(x as tf.Tensor4D, one, 1, "same")))], {
      inputs: input,
      autocast: true,
    });
    const { casts } = operators(model);
    // The input, the three filters; the three results.
    expect(casts.filter((text) => text.endsWith(`to ${half}`))).toHaveLength(4);
    expect(casts.filter((text) => text.endsWith("to 1"))).toHaveLength(3);
  });

  it("stays in half precision over what only moves elements", async () => {
    const weights = [filter(1, [3, 3, 4, 4]), filter(2, [3, 3, 8, 4])];
    const model = await trace(
      (x) => {
        const y = tf.conv2d(x as tf.Tensor4D, weights[0]!, 1, "same");
        const [a, b] = tf.split(y, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
        return [tf.conv2d(tf.concat([b, a, y], 3) as tf.Tensor4D, weights[1]!, 1, "same")];
      },
      { inputs: input, autocast: true },
    );
    const { casts, half: inHalf } = operators(model);
    expect(inHalf).toEqual(expect.arrayContaining(["Slice", "Concat"]));
    expect(casts.filter((text) => text.endsWith("to 1"))).toHaveLength(1);
  });

  it.each<{ name: string; strides: number; shape: number[]; convolve?: typeof tf.conv2d }>([
    { name: "a convolution", strides: 1, shape: [3, 3, 4, 6] },
    { name: "one of stride 2", strides: 2, shape: [3, 3, 4, 6] },
    { name: "a depthwise one", strides: 1, shape: [3, 3, 4, 1], convolve: tf.depthwiseConv2d },
    { name: "a pointwise one", strides: 1, shape: [1, 1, 4, 6] },
  ])("$name and its gradients are near those of single precision, and not the same", async (test) => {
    const { strides, shape, convolve = tf.conv2d } = test;
    const x = filter(4, [2, 6, 6, 4], 1);
    const w = filter(5, shape);
    const step = (autocast: boolean) => {
      const recorded = new RecordedStep(
        ({ a, b }: Record<"a" | "b", tf.Tensor>) => {
          const f = (one: tf.Tensor, two: tf.Tensor) =>
            tf.sum(tf.square(convolve(one as tf.Tensor4D, two as tf.Tensor4D, strides, "same")));
          const [dx, dw] = tf.grads(f)([a, b]);
          return { value: f(a, b), dx: dx!, dw: dw! };
        },
        [],
        { autocast },
      );
      return recorded.run({
        a: { data: contents[0]!, shape: x.shape },
        b: { data: contents[1]!, shape: w.shape },
      });
    };
    const contents = [(await x.data()) as Float32Array, (await w.data()) as Float32Array];
    const [single, halves] = [await step(false), await step(true)];
    for (const name of ["value", "dx", "dw"] as const) {
      const values = single[name] as Float32Array;
      const spread = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
      const errors = values.map((value, j) => Math.abs(value - halves[name][j]!));
      // Half precision keeps 11 bits: 2⁻¹¹ of a value, and a few of them add up.
      expect(Math.max(...errors) / spread).toBeLessThan(0.01);
      expect(Math.max(...errors)).toBeGreaterThan(0);
    }
  });

  it("rounds factors to half precision, leaves what is not a product alone, and overflows where that does", async () => {
    const run = ({ x }: { x: tf.Tensor4D }) => {
      const one = tf.ones([1, 1, 1, 1]) as tf.Tensor4D;
      return { product: tf.conv2d(x, one, 1, "same"), copy: tf.mul(x, 1) };
    };
    const inputs = { x: { data: [1 + 2 ** -12, 2049, 1e5], shape: [1, 1, 3, 1] } };
    const { product, copy } = await new RecordedStep(run, [], { autocast: true }).run(inputs);
    expect([...product]).toEqual([1, 2048, Number.POSITIVE_INFINITY]);
    expect([...copy]).toEqual([1 + 2 ** -12, 2049, 1e5]);
    const { product: exact } = await new RecordedStep(run, []).run(inputs);
    expect([...exact]).toEqual([1 + 2 ** -12, 2049, 1e5]);
  });

  it("is part of what graphs are known by", async () => {
    const weights = filter(6, [1, 1, 4, 4]);
    const x = { data: new Float32Array(2 * 6 * 6 * 4).fill(1 / 3), shape: [2, 6, 6, 4] };
    const run = ({ x }: { x: tf.Tensor4D }) => ({ y: tf.conv2d(x, weights, 1, "same") });
    const before = currentBackend()!.statistics.compiled;
    const steps = [false, true].map((autocast) => new RecordedStep(run, [], { autocast }));
    for (const step of [...steps, ...steps]) await step.run({ x });
    expect(currentBackend()!.statistics.compiled - before).toBe(2);
  });

  it("leaves what is to be in single precision alone, though the same call is elsewhere in half", async () => {
    const model = await trace(
      (x) => {
        const y = tf.reshape(x!, [8, 36]) as tf.Tensor2D;
        return [inSinglePrecision(() => tf.matMul(y, y, false, true)), tf.matMul(y, y, false, true)];
      },
      { inputs: input, autocast: true, target: "onnxruntime" },
    );
    const { half: inHalf, single } = operators(model);
    expect([inHalf, single].map((all) => all.filter((op) => op === "FusedMatMul").length)).toEqual([1, 1]);
  });

  it("leaves products of whole numbers alone", async () => {
    const run = () => ({
      product: tf.matMul(tf.tensor2d([[2049]], [1, 1], "int32"), tf.tensor2d([[3]], [1, 1], "int32")),
    });
    const { product } = await new RecordedStep(run, [], { autocast: true }).run({});
    expect([...product]).toEqual([6147]);
  });
});

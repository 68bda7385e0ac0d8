import { onTracingBackend, trace } from "@lookonce/backend-onnxruntime";
import type { OnnxModel } from "@lookonce/onnx";
import { Random } from "@lookonce/random";
import { expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { OnnxEngine } from "../engine/onnx-engine.ts";
import { tinyModel, useOnnxRuntime } from "../test-tiny-model.ts";
import { foldConvolutions } from "./fold-convolutions.ts";
import { traceForBytes } from "./trace-detector.ts";

beforeAll(useOnnxRuntime);

const rng = new Random("fold");
const noise = (size: number): Float32Array => Float32Array.from({ length: size }, () => rng.normal());

/** [1, 8, 8, 3] → convolution to `channels`, bias, SiLU, split in two; the outputs are `cut`'s of the halves. */
async function traced(channels: number, cut: (halves: tf.Tensor4D[], whole: tf.Tensor4D) => tf.Tensor[]) {
  const filters = tf.tensor4d(noise(27 * channels), [3, 3, 3, channels]);
  const bias = tf.tensor1d(noise(channels));
  const model = await onTracingBackend(() =>
    trace(
      (x) => {
        const sum = tf.add(tf.conv2d(x as tf.Tensor4D, filters, 1, "same"), bias) as tf.Tensor4D;
        const whole = tf.mul(sum, tf.sigmoid(sum)) as tf.Tensor4D;
        return cut(tf.split(whole, 2, 3), whole);
      },
      { inputs: [{ name: "x", shape: [1, 8, 8, 3] }], target: "onnxruntime" },
    ),
  );
  tf.dispose([filters, bias]);
  return model;
}

const operators = ({ graph }: OnnxModel): string[] =>
  graph.nodes.map(({ op }) => op).filter((op) => op !== "Transpose" && op !== "Identity");

async function run(model: OnnxModel, pixels: Float32Array | Uint8Array, side = 8): Promise<Float32Array[]> {
  const engine = await OnnxEngine.create(model, { threads: 1 });
  const outputs = await engine.run(pixels, [1, side, side, 3]);
  await engine.dispose();
  return outputs.map(({ data }) => data);
}

it.each([
  ["one for each group of channels", 32, ["Conv", "Conv", "QuickGelu", "QuickGelu"]],
  ["left whole where blocks would be cut", 24, ["Conv", "QuickGelu", "Slice", "Slice"]],
])("folds the bias into a convolution, which is %s", async (_, channels, expected) => {
  const model = await traced(channels, (halves) => halves.map((half) => tf.relu(half)));
  const folded = foldConvolutions(model);
  expect(operators(model)).toContain("Add");
  expect(operators(folded).sort()).toEqual([...expected, "Relu", "Relu"].sort());
  const pixels = noise(8 * 8 * 3);
  const [before, after] = [await run(model, pixels), await run(folded, pixels)];
  for (const [i, output] of before.entries()) expectClose(after[i] as Float32Array, output, { abs: 1e-5 });
});

it("leaves a convolution whole whose channels are used together, too", async () => {
  const folded = foldConvolutions(
    await traced(32, (halves, whole) => [...halves, tf.relu(whole)].map((x) => tf.neg(x))),
  );
  expect(operators(folded).filter((op) => op === "Conv" || op === "Slice")).toEqual(["Conv", "Slice", "Slice"]);
});

it("folds the scale of pixels into the first filters of a network", async () => {
  const network = await tinyModel("v8");
  const model = await traceForBytes(network, { height: 32, width: 32, decode: false, raw: true });
  const folded = foldConvolutions(model);
  expect(operators(model).slice(0, 3)).toEqual(["Cast", "Mul", "Conv"]);
  expect(operators(folded).slice(0, 2)).toEqual(["Cast", "Conv"]);
  const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, () => rng.integer(0, 256));
  const [before, after] = [await run(model, pixels, 32), await run(folded, pixels, 32)];
  for (const [i, output] of before.entries()) expectClose(after[i] as Float32Array, output, { abs: 1e-4, rel: 1e-5 });
  network.dispose();
});

import { registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { DetectionModel, readModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { describeGolden, expectClose, goldenJson } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { AdamW } from "./adamw.ts";
import { clipGradients, gradientNorm } from "./clip-gradients.ts";
import type { Optimizer } from "./optimizer.ts";
import { type GroupedParameter, type GroupName, groupNames, groupParameters } from "./parameter-groups.ts";
import { Sgd } from "./sgd.ts";

beforeAll(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

const rates = { bias: 0.3, weight: 0.1, norm: 0.2 };
const decay = 0.01;

/** One parameter in each group, all starting from the same two numbers. */
function parameters(): GroupedParameter[] {
  return groupNames.map((group) => ({ path: group, group, variable: tf.variable(tf.tensor1d([1, -2])) }));
}

async function runUpdates(optimizer: Optimizer, count: number): Promise<Record<GroupName, number[]>> {
  for (let step = 1; step <= count; step++) {
    tf.tidy(() => {
      const scalars = Object.fromEntries(groupNames.map((group) => [group, tf.scalar(rates[group])]));
      const settings = {
        rates: scalars as Record<GroupName, tf.Scalar>,
        momentum: tf.scalar(0.9),
        count: tf.scalar(step),
      };
      optimizer.update(
        optimizer.parameters.map(() => tf.tensor1d([0.5 * step, 1])),
        settings,
      );
    });
  }
  const entries = optimizer.parameters.map(async ({ group, variable }) => [group, [...(await variable.data())]]);
  return Object.fromEntries(await Promise.all(entries));
}

describe("Sgd", () => {
  it("follows the formula in every group and decays weights alone", async () => {
    const result = await runUpdates(new Sgd(parameters(), { weightDecay: decay }), 3);
    for (const group of groupNames) {
      const expected = [1, -2].map((start, i) => {
        let [p, v] = [start, 0];
        for (let step = 1; step <= 3; step++) {
          const g = (i === 0 ? 0.5 * step : 1) + (group === "weight" ? decay * p : 0);
          v = 0.9 * v + g;
          p -= rates[group] * (g + 0.9 * v);
        }
        return p;
      });
      expectClose(result[group], expected, { abs: 1e-6 });
    }
  });
});

describe("AdamW", () => {
  it("follows the formula in every group and decays weights alone", async () => {
    const result = await runUpdates(new AdamW(parameters(), { weightDecay: decay }), 3);
    for (const group of groupNames) {
      const expected = [1, -2].map((start, i) => {
        let [p, m, v] = [start, 0, 0];
        for (let step = 1; step <= 3; step++) {
          const g = i === 0 ? 0.5 * step : 1;
          if (group === "weight") p -= rates[group] * decay * p;
          m = 0.9 * m + 0.1 * g;
          v = 0.999 * v + 0.001 * g * g;
          p -= (rates[group] * (m / (1 - 0.9 ** step))) / (Math.sqrt(v / (1 - 0.999 ** step)) + 1e-8);
        }
        return p;
      });
      expectClose(result[group], expected, { abs: 1e-4 });
    }
  });
});

describe("clipGradients", () => {
  it.each([
    [2, 0.4],
    [10, 1],
  ])("with a limit of %d scales gradients of norm 5 by %d", async (limit, factor) => {
    const gradients = [tf.tensor1d([3]), tf.tensor2d([[0, 4]])];
    const norm = gradientNorm(gradients);
    expectClose(await norm.data(), [5], { rel: 1e-6 });
    const [a, b] = clipGradients(gradients, norm, limit) as [tf.Tensor, tf.Tensor];
    expectClose([...(await a.data()), ...(await b.data())], [3 * factor, 0, 4 * factor], { rel: 1e-6 });
  });
});

describe("groupParameters", () => {
  it("leaves frozen parameters out", () => {
    const model = new DetectionModel(readModelConfig("yolov8n.yaml", { nc: 1 }), { rng: new Random(0) });
    const before = groupParameters(model).length;
    const frozen = model.freeze("model.0.").length;
    expect(frozen).toBe(3);
    expect(groupParameters(model)).toHaveLength(before - frozen);
    model.dispose();
  });
});

describeGolden("parameter groups, YOLOv8", ["v8/schedule/parameter_groups.json"], () => {
  it("are the reference's", () => {
    const golden = goldenJson("v8/schedule/parameter_groups.json");
    const model = new DetectionModel(readModelConfig("yolov8n.yaml"));
    const groups = groupParameters(model);
    for (const name of groupNames) {
      const paths = groups.flatMap(({ path, group }) => (group === name ? [path] : []));
      // The reference lists the DFL's fixed weights too; they never get a gradient.
      const trained = golden[name].filter((path: string) => !path.endsWith("dfl.conv.weight"));
      expect(new Set(paths)).toEqual(new Set(trained));
    }
    model.dispose();
  });
});

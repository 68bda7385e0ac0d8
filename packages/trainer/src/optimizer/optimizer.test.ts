import { familySettings, makeRecipe, type OptimizerName, optimizerNames } from "@lookonce/config";
import { DetectionModel, readModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { describeGolden, enterTestDevice, expectClose, goldenJson } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { clipGradients, gradientNorm } from "./clip-gradients.ts";
import { autoOptimizer, chooseOptimizer, makeOptimizer } from "./make-optimizer.ts";
import { NAdam } from "./nadam.ts";
import type { Optimizer } from "./optimizer.ts";
import { type GroupedParameter, type GroupName, groupNames, groupParameters } from "./parameter-groups.ts";

beforeAll(async () => {
  await enterTestDevice();
});

const lr = { bias: 0.3, weight: 0.1, norm: 0.2 };
const momentum = 0.9;

/** One parameter in each group, all starting from the same two numbers. */
function parameters(): GroupedParameter[] {
  return groupNames.map((group) => ({ path: group, group, variable: tf.variable(tf.tensor1d([1, -2])) }));
}

async function runUpdates(optimizer: Optimizer, updates: number): Promise<number[][]> {
  for (let count = 1; count <= updates; count++) {
    tf.tidy(() => {
      const scalars = Object.fromEntries(groupNames.map((group) => [group, tf.scalar(lr[group])]));
      optimizer.update(
        optimizer.parameters.map(() => tf.tensor1d([0.5 * count, (-1) ** count])),
        {
          lr: scalars as Record<GroupName, tf.Scalar>,
          momentum: tf.scalar(momentum),
          scalars: Object.fromEntries(
            Object.entries(optimizer.scalars({ count, momentum })).map(([name, value]) => [name, tf.scalar(value)]),
          ),
        },
      );
    });
  }
  return Promise.all(optimizer.parameters.map(async ({ variable }) => [...(await variable.data())]));
}

/**
 * What PyTorch 2.13 has after eight updates with these learning rates, momentum 0.9 (β₁ of the Adam family) and a decay of 0.01 for
 * the weights alone, in float64: biases, weights, norms.
 */
const afterEight: Record<OptimizerName, number[][]> = {
  SGD: [
    [-18.078411, -1.271598],
    [-5.356802, -1.6957],
    [-11.71894, -1.514398],
  ],
  // Vectors are not orthogonalized.
  MuSGD: [
    [-18.078411, -1.271598],
    [-5.356802, -1.6957],
    [-11.71894, -1.514398],
  ],
  Adam: [
    [-1.343818, -1.556354],
    [0.218147, -1.839152],
    [-0.562546, -1.704236],
  ],
  AdamW: [
    [-1.343818, -1.556354],
    [0.213476, -1.837053],
    [-0.562546, -1.704236],
  ],
  NAdam: [
    [-1.482817, -1.854928],
    [0.173278, -1.94214],
    [-0.655211, -1.903285],
  ],
  RAdam: [
    [-0.594476, -1.569071],
    [0.463882, -1.846488],
    [-0.062984, -1.712714],
  ],
  RMSProp: [
    [-67.615747, 8.365779],
    [-21.76208, 1.502401],
    [-44.743831, 4.910519],
  ],
};

describe("optimizers", () => {
  it.each(optimizerNames)("%s moves every group as PyTorch does, and decays weights alone", async (name) => {
    const optimizer = makeOptimizer(name, parameters(), { weightDecay: 0.01 });
    const result = await runUpdates(optimizer, 8);
    for (const [i, expected] of afterEight[name].entries()) {
      expectClose(result[i] as number[], expected, { abs: 2e-5, rel: 2e-5 });
    }
    const tensors = tf.memory().numTensors;
    optimizer.dispose();
    expect(tensors - tf.memory().numTensors).toBe(optimizer.state.size);
  });

  it("NAdam's factors do not depend on what was asked before", () => {
    const straight = new NAdam(parameters());
    const factors = [1, 2, 3, 4].map((count) => straight.scalars({ count, momentum }));
    expect(new NAdam(parameters()).scalars({ count: 4, momentum })).toEqual(factors[3]);
    expect(straight.scalars({ count: 2, momentum })).toEqual(factors[1]);
  });
});

describeGolden("optimizer=auto, YOLOv8", ["v8/schedule/auto_optimizer.json"], () => {
  it("picks what the reference picks", () => {
    for (const golden of goldenJson("v8/schedule/auto_optimizer.json")) {
      expect(autoOptimizer(golden)).toEqual({
        optimizer: golden.optimizer,
        lr0: golden.lr,
        momentum: golden.momentum ?? golden.betas[0],
        warmup_bias_lr: golden.warmup_bias_lr,
      });
    }
  });
});

interface GoldenAuto {
  nc: number;
  iterations: number;
  optimizer: string;
  warmup_bias_lr: number;
  lr0_written_back: number;
  momentum_argument_left_at: number;
  groups: { param_group: string; momentum: number | null; betas: number[] | null }[];
}

describeGolden("optimizer=auto, Ultralytics 8.4", ["families/musgd/auto_optimizer.json"], () => {
  it("picks what the reference picks, and keeps the momentum that warm-up ends at", () => {
    const { longTrainings } = familySettings.v26;
    for (const golden of goldenJson("families/musgd/auto_optimizer.json") as GoldenAuto[]) {
      const { nc, iterations, optimizer, groups, warmup_bias_lr, lr0_written_back: lr0 } = golden;
      const auto = autoOptimizer({ nc, iterations, ...longTrainings });
      const momentum = groups[0]?.momentum ?? groups[0]?.betas?.[0];
      expect(auto).toEqual({ optimizer, lr0, momentum, warmup_bias_lr });
      const warmMomentum = golden.momentum_argument_left_at;
      const warmed = autoOptimizer({ nc, iterations, ...longTrainings, warmMomentum });
      expect(warmed.momentum).toBe(groups[0]?.momentum === null ? 0.9 : warmMomentum);
    }
  });
});

describe("chooseOptimizer", () => {
  const recipe = makeRecipe(familySettings.v26);
  const long = { ...familySettings.v26, nc: 80, images: 100_000, batch: 16 };

  it.each([
    ["the recipe's momentum after warm-up", 3, 10, 0.937],
    ["0.9 without warm-up", 0, 10, 0.9],
    ["0.9 in a single epoch, which has no warm-up", 3, 1, 0.9],
  ])("has %s", (_, warmup_epochs, epochs, momentum) => {
    const chosen = chooseOptimizer({ ...recipe, warmup_epochs }, { ...long, epochs, images: 1e7 });
    expect([chosen.optimizer, chosen.momentum]).toEqual(["MuSGD", momentum]);
  });

  it("keeps SGD for long trainings of YOLOv8, and an optimizer that was chosen", () => {
    const { longTrainings } = familySettings.v8;
    expect(chooseOptimizer(recipe, { ...long, longTrainings, epochs: 10 }).optimizer).toBe("SGD");
    expect(chooseOptimizer({ ...recipe, optimizer: "Adam" }, { ...long, epochs: 10 }).optimizer).toBe("Adam");
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

import {
  currentBackend,
  type OnnxRuntimeBackend,
  registerOnnxRuntime,
  type StepInput,
  trace,
} from "@lookonce/backend-onnxruntime";
import { familySettings, makeRecipe } from "@lookonce/config";
import { createCriterion, familyOf } from "@lookonce/families";
import type { Criterion } from "@lookonce/loss";
import { DetectionModel, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { tinyModelYaml } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { noiseBatch } from "../auto-batch/auto-batch.ts";
import { ModelEMA } from "../model-ema.ts";
import { groupParameters } from "../optimizer/parameter-groups.ts";
import { Sgd } from "../optimizer/sgd.ts";
import { tinyModel } from "../test-tiny-model.ts";
import { type StepSettings, TrainStep, type TrainStepOptions } from "../train-step.ts";

beforeAll(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

const models = { v8: () => tinyModel(), v5: () => tinyModel({ family: "v5" }) };

const batch = noiseBatch({ count: 2, imgsz: 64, objects: 4, nc: 2, rng: new Random(1) });

/** Plain gradient descent at rate 1: the weights move by the gradients. */
const descend: StepSettings = { lr: { bias: 1, weight: 1, norm: 1 }, momentum: 0 };

interface Parts {
  model: DetectionModel;
  optimizer: Sgd;
  step: TrainStep;
  ema: ModelEMA;
}

async function parts(model: DetectionModel, options: Partial<TrainStepOptions> = {}): Promise<Parts> {
  const criterion = await createCriterion(model, { recipe: makeRecipe(familyOf(model.family)), imgsz: 64 });
  const optimizer = new Sgd(groupParameters(model));
  const ema = await ModelEMA.of(model, { decay: 0.5, tau: 1 });
  return { model, optimizer, ema, step: new TrainStep(model, { criterion, optimizer, ema, ...options }) };
}

function dispose({ model, optimizer, step, ema }: Parts): void {
  for (const part of [model, optimizer, step, ema]) part.dispose();
}

async function contents(variables: Iterable<tf.Variable>): Promise<number[][]> {
  return Promise.all([...variables].map(async (variable) => [...(await variable.data())]));
}

/** All that a step may change, but the scale. */
function everything({ model, ema, optimizer, step }: Parts): tf.Variable[] {
  return [model.namedVariables(), ema.model.namedVariables(), optimizer.state, step.accumulatedGrads].flatMap((map) => [
    ...map.values(),
  ]);
}

async function readScaler({ step }: Parts): Promise<number[]> {
  return (await contents(step.scaler?.state.values() ?? [])).flat();
}

function setScale({ step }: Parts, value: number): void {
  tf.tidy(() => step.scaler?.scale.assign(tf.scalar(value)));
}

/** By how much one step moves every parameter. */
async function moves(make: () => DetectionModel, amp: boolean) {
  const all = await parts(make(), { amp });
  const variables = all.optimizer.parameters.map(({ variable }) => variable);
  const before = await contents(variables);
  const result = await all.step.run(batch, descend);
  const after = await contents(variables);
  const dtypes = new Set(everything(all).map(({ dtype }) => dtype));
  dispose(all);
  const moved = after.map((values, i) => values.map((value, j) => value - (before[i]?.[j] as number)));
  return { ...result, moved, after, dtypes };
}

const norm = (values: readonly number[]): number => Math.hypot(...values);

/** Compares a step in half precision with one in single. */
async function expectSameStep(make: () => DetectionModel): Promise<void> {
  const single = await moves(make, false);
  const mixed = await moves(make, true);
  expect(mixed.scaling).toEqual({ scale: 65536, skipped: false });
  expect(Math.abs(mixed.total / single.total - 1)).toBeLessThan(2e-3);
  expect(Math.abs(mixed.gradientNorm / single.gradientNorm - 1)).toBeLessThan(5e-3);
  for (const [i, expected] of single.moved.entries()) {
    const error = norm(expected.map((value, j) => value - (mixed.moved[i]?.[j] as number)));
    expect(error).toBeLessThan(0.03 * norm(expected) + 1e-4 * single.gradientNorm);
  }
  // Half precision was there, or the numbers would be the same.
  expect(mixed.total).not.toBe(single.total);
  expect(mixed.moved).not.toEqual(single.moved);
}

/** Models of the newer families' modules: large depthwise filters, attention, two branches; means of windows, pairs of filters. */
const newer = {
  v26: ["C2fCIB, [16, True, True]", 16, "A2C2f, [64, True, 4]", "SCDown, [16, 3, 2]"],
  v9: ["RepNCSPELAN4, [16, 16, 8, 1]", "AConv, [16]", "SPPELAN, [16, 8]", "ADown, [16]"],
};

describe.each(Object.entries(newer))("mixed precision, modules of %s", (family, layers) => {
  it("computes the loss and the gradients of single precision, but for rounding", () =>
    expectSameStep(() => {
      const file = tinyModelYaml({ nc: 2, layers: [8, 16, ...layers], levels: 2 });
      const heads: Record<string, string> = { v26: "end2end: True\nreg_max: 1\n" };
      const model = new DetectionModel(parseModelConfig((heads[family] ?? "") + file), { rng: new Random(1) });
      expect(model.family).toBe(family);
      return model;
    }));
});

describe.each(Object.entries(models))("mixed precision, %s", (_, make) => {
  it("computes the loss and the gradients of single precision, but for rounding", async () => {
    await expectSameStep(make);
  });

  it("keeps the weights in single precision", async () => {
    const { after, dtypes } = await moves(make, true);
    expect([...dtypes]).toEqual(["float32"]);
    const isHalf = (value: number): boolean =>
      Math.abs(value * 2 ** 10) % 2 ** Math.floor(Math.log2(Math.abs(value))) === 0;
    const all = after.flat().filter((value) => value !== 0);
    expect(all.filter(isHalf).length).toBeLessThan(0.5 * all.length);
  });

  it("computes all convolutions and their gradients in half precision, and little else", async () => {
    const model = make();
    const criterion = await createCriterion(model, { recipe: makeRecipe(familyOf(model.family)), imgsz: 64 });
    const variables = [...model.namedParameters().values()];
    const targets = Object.entries(criterion.inputs(batch) as Record<string, StepInput>);
    model.train();
    const graph = await trace(
      (x) => {
        const fed = Object.fromEntries(
          targets.map(([name, { data, shape, dtype }]) => [name, tf.tensor(data, [...shape], dtype)]),
        );
        const { value, grads } = tf.variableGrads(
          () => criterion.loss(model.forward(x as tf.Tensor4D).raw, fed).total,
          variables,
        );
        return [value, ...Object.values(grads).filter((one) => one !== null)];
      },
      {
        inputs: [{ name: "images", shape: [2, 64, 64, 3] }],
        autocast: true,
        target: "onnxruntime",
      },
    );
    const halves = new Set<string>();
    const operators = { half: new Set<string>(), single: new Set<string>() };
    for (const { op, inputs, outputs, attributes } of graph.graph.nodes) {
      const isHalf = op === "Cast" ? (attributes.to as { int: number }).int === 10 : inputs.some((x) => halves.has(x));
      if (isHalf) for (const name of outputs) halves.add(name);
      if (op !== "Cast") operators[isHalf ? "half" : "single"].add(op);
    }
    expect([...operators.single].filter((op) => /Conv/.test(op))).toEqual([]);
    expect([...operators.half]).toEqual(expect.arrayContaining(["Conv", "ConvTranspose", "FusedMatMul"]));
    const moving = ["Concat", "Expand", "Pad", "Reshape", "Slice", "Transpose"];
    expect([...operators.half].filter((op) => !/Conv|MatMul/.test(op) && !moving.includes(op))).toEqual([]);
    model.dispose();
  });
});

describe("the scale of the loss", () => {
  it("is halved when gradients overflow, and the step leaves everything else as it was", async () => {
    const all = await parts(tinyModel(), { amp: true });
    await all.step.run(batch, { ...descend, momentum: 0.9 });
    setScale(all, 2 ** 40);
    const before = await contents(everything(all));
    const result = await all.step.run(batch, { ...descend, momentum: 0.9 });
    expect(result.scaling).toEqual({ scale: 2 ** 40, skipped: true });
    expect(Number.isFinite(result.total)).toBe(true);
    expect(await contents(everything(all))).toEqual(before);
    expect(await readScaler(all)).toEqual([2 ** 39, 0]);
    expect(all.step.optimizerSteps).toBe(1);
    // The scale shrinks until a step is not skipped.
    let skipped = 0;
    while ((await all.step.run(batch, { ...descend, lr: { bias: 1e-3, weight: 1e-3, norm: 1e-3 } })).scaling?.skipped)
      skipped++;
    expect(skipped).toBeGreaterThan(2);
    expect(await readScaler(all)).toEqual([2 ** (39 - skipped), 1]);
    expect(all.step.optimizerSteps).toBe(2);
    expect(await contents(everything(all))).not.toEqual(before);
    dispose(all);
  });

  it("costs one graph, and memory stays flat over steps that count and steps that do not", async () => {
    const all = await parts(tinyModel({ family: "v5" }), { amp: true });
    const { compiled } = (currentBackend() as OnnxRuntimeBackend).statistics;
    const { numTensors, numBytes } = tf.memory();
    const settings = { lr: { bias: 0.01, weight: 0.01, norm: 0.01 }, momentum: 0.9 };
    const totals: number[] = [];
    for (let i = 0; i < 20; i++) {
      if (i === 5) setScale(all, 2 ** 40);
      const { total, scaling } = await all.step.run(batch, settings);
      if (i === 5) expect(scaling?.skipped).toBe(true);
      totals.push(total);
      expect([tf.memory().numTensors, tf.memory().numBytes]).toEqual([numTensors, numBytes]);
    }
    // None, where a test before had the same graph.
    expect((currentBackend() as OnnxRuntimeBackend).statistics.compiled - compiled).toBeLessThanOrEqual(1);
    expect(totals.at(-1)).toBeLessThan(totals[0] as number);
    dispose(all);
  });

  it("drops an overflowing batch from the accumulated gradients, and those of a step that overflows", async () => {
    const all = await parts(tinyModel(), { amp: true, accumulates: true });
    await all.step.run(batch, { ...descend, optimizerStep: false });
    const waiting = await contents(all.step.accumulatedGrads.values());
    expect(waiting.flat().some((value) => value !== 0)).toBe(true);
    setScale(all, 2 ** 40);
    expect((await all.step.run(batch, { ...descend, optimizerStep: false })).scaling?.skipped).toBe(true);
    expect(await contents(all.step.accumulatedGrads.values())).toEqual(waiting);
    expect((await all.step.run(batch, descend)).scaling?.skipped).toBe(true);
    expect((await contents(all.step.accumulatedGrads.values())).flat().every((value) => value === 0)).toBe(true);
    expect(await readScaler(all)).toEqual([2 ** 38, 0]);
    dispose(all);
  });

  it("saves gradients that half precision would round to zero", async () => {
    const norms: number[] = [];
    for (const scale of [1, 2 ** 20]) {
      const model = tinyModel();
      const inner = await createCriterion(model, { recipe: makeRecipe(familySettings.v8), imgsz: 64 });
      const faint = {
        ...{ parts: inner.parts, parameters: inner.parameters, state: inner.state, dispose: () => inner.dispose() },
        inputs: (one) => inner.inputs(one),
        loss: (raw, inputs) => {
          const { parts: lossParts, total } = inner.loss(raw, inputs);
          return { parts: lossParts, total: tf.mul(total, 1e-7) };
        },
      } satisfies Criterion;
      const all = await parts(model, { amp: true, criterion: faint });
      setScale(all, scale);
      norms.push((await all.step.run(batch, descend)).gradientNorm);
      dispose(all);
    }
    const exact = (await moves(() => tinyModel(), false)).gradientNorm * 1e-7;
    expect(Math.abs((norms[1] as number) / exact - 1)).toBeLessThan(0.01);
    expect(Math.abs((norms[0] as number) / exact - 1)).toBeGreaterThan(0.05);
  });
});

import { flush } from "@lookonce/backend-onnxruntime";
import { makeRecipe } from "@lookonce/config";
import { padTargets } from "@lookonce/data";
import { type Communicator, connectRanks } from "@lookonce/distributed";
import { createCriterion, familyOf } from "@lookonce/families";
import { normalizeImages } from "@lookonce/inference";
import type { Criterion, NamedTensors, TrainBatch } from "@lookonce/loss";
import { type DetectionModel, stateDict } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { imagePlanes } from "./images.ts";
import { ModelEMA } from "./model-ema.ts";
import { clipGradients, gradientNorm } from "./optimizer/clip-gradients.ts";
import { groupsOf, makeOptimizer } from "./optimizer/make-optimizer.ts";
import type { Optimizer } from "./optimizer/optimizer.ts";
import { groupParameters } from "./optimizer/parameter-groups.ts";
import type { Shard } from "./shard.ts";
import { type StepResult, TrainStep, type TrainStepOptions } from "./train-step.ts";
import { lrByGroup } from "./warmup.ts";

const side = 64;

/** A batch of noisy images with one to three objects each, of which a rank can have a part. */
export function noisyBatch(seed: number, count: number): (from: number, to: number) => TrainBatch {
  const rng = new Random(seed);
  const images = Uint8Array.from({ length: count * side * side * 3 }, () => rng.integer(0, 256));
  const samples = Array.from({ length: count }, (_, image) => {
    const objects = 1 + (image % 3);
    const rows = Array.from({ length: objects }, () => {
      const [x, y] = [rng.uniform(0, 30), rng.uniform(0, 30)];
      return [x, y, x + rng.uniform(10, 30), y + rng.uniform(10, 30)];
    });
    const classes = Int32Array.from({ length: objects }, () => rng.integer(0, 2));
    return { classes, boxes: Float32Array.from(rows.flat()) };
  });
  const maskSize = [side / 4, side / 4] as const;
  const pixels = maskSize[0] * maskSize[1];
  const masks = Uint8Array.from({ length: count * pixels }, (_, i) => {
    return rng.integer(0, (samples[Math.floor(i / pixels)]?.classes.length ?? 0) + 1);
  });
  return (from, to) => ({
    ...{ count: to - from, height: side, width: side },
    images: images.slice(from * side * side * 3, to * side * side * 3),
    targets: { ...padTargets(samples.slice(from, to)), masks: masks.slice(from * pixels, to * pixels), maskSize },
  });
}

/** What is trained, and how. */
export interface RankCase {
  model: () => DetectionModel;
  /** Default `SGD`. */
  optimizer?: Parameters<typeof makeOptimizer>[0];
  /** Default 20. */
  steps?: number;
  /** Images of each step's batch. Default 8. */
  images?: (step: number) => number;
  /** Steps until an update. Default 1. */
  accumulate?: number;
  /** Default 0.01. */
  lr?: number;
  /** Settings of its recipe. */
  recipe?: Readonly<Record<string, number | string>>;
  options?: Pick<TrainStepOptions, "amp" | "syncBn" | "halfGradients">;
  /** By what a rank's loss is multiplied. Default 1. */
  exaggerates?: (rank: number) => number;
}

interface Parts {
  model: DetectionModel;
  criterion: Criterion;
  optimizer: Optimizer;
  ema: ModelEMA;
  lrs: ReturnType<typeof lrByGroup>;
}

async function partsOf({ model: create, optimizer: name = "SGD", lr = 0.01, recipe = {} }: RankCase): Promise<Parts> {
  const model = create();
  const family = familyOf(model.family);
  const criterion = await createCriterion(model, { recipe: makeRecipe(family, recipe, model.task), imgsz: side });
  const groups = groupsOf(name, family.groupOrder);
  const optimizer = makeOptimizer(name, groupParameters(model, groups), { weightDecay: 5e-4 });
  return { model, criterion, optimizer, ema: await ModelEMA.of(model, { tau: 10 }), lrs: lrByGroup({ groups }, lr) };
}

/** What a training came to: results of its steps, and everything that it changed, by path. */
export interface Trained {
  results: StepResult[];
  state: Map<string, Float32Array>;
}

async function stateOf({ model, ema, optimizer, criterion }: Parts): Promise<Trained["state"]> {
  const state = new Map<string, Float32Array>();
  for (const [name, one] of [
    ["model", model],
    ["ema", ema.model],
  ] as const) {
    for (const [path, { data }] of await stateDict(one)) state.set(`${name}.${path}`, Float32Array.from(data));
  }
  for (const [path, variable] of [...optimizer.state, ...criterion.state]) {
    state.set(path, Float32Array.from(await variable.data()));
  }
  return state;
}

function free(parts: Parts): void {
  for (const part of [parts.ema, parts.optimizer, parts.criterion, parts.model]) part.dispose();
}

const momentum = 0.9;

/** The images of each rank: as many as can be, the first ranks having one more; what fills up is an image of another rank. */
export function shardOf(rank: number, size: number, of: number): Shard {
  const from = Math.ceil((rank * of) / size);
  return { from, to: Math.ceil(((rank + 1) * of) / size), of };
}

/** Trains on ranks that run beside each other in this process. */
export async function trainOnRanks(size: number, one: RankCase): Promise<Trained[]> {
  const { steps = 20, images = () => 8, accumulate = 1, options = {} } = one;
  const communicators: (Communicator | undefined)[] = size === 1 ? [undefined] : connectRanks(size);
  const ranks = await Promise.all(
    communicators.map(async (communicator) => {
      const parts = await partsOf(one);
      const { criterion, optimizer, ema } = parts;
      const factor = one.exaggerates?.(communicator?.rank ?? 0) ?? 1;
      if (factor !== 1) {
        const loss = criterion.loss.bind(criterion);
        criterion.loss = (...args) => {
          const { total, parts } = loss(...args);
          return { total: tf.mul(total, factor), parts };
        };
      }
      const settings = { criterion, optimizer, ema, clip: 10, accumulates: accumulate > 1, communicator, ...options };
      return { parts, step: new TrainStep(parts.model, settings), results: [] as StepResult[] };
    }),
  );
  for (let i = 0; i < steps; i++) {
    const batch = noisyBatch(i, images(i));
    await Promise.all(
      ranks.map(async ({ step, parts: { lrs: lr }, results }, rank) => {
        const shard = shardOf(rank, size, images(i));
        const first = Math.min(shard.from, images(i) - 1);
        const settings = { lr, momentum, optimizerStep: (i + 1) % accumulate === 0, shard, rng: new Random(i) };
        results.push(await step.run(batch(first, Math.max(first + 1, shard.to)), settings));
      }),
    );
  }
  const trained = await Promise.all(
    ranks.map(async ({ parts, results }) => ({ results, state: await stateOf(parts) })),
  );
  for (const { step, parts } of ranks) {
    step.dispose();
    free(parts);
  }
  return trained;
}

/**
 * What training on ranks is to come to where each has its own statistics and normalizers, without any of its code: the gradients
 * of the ranks' losses, each times the number of its images, one after the other, added; running statistics of the first.
 */
export async function trainOnShards(size: number, one: RankCase): Promise<Trained> {
  const { steps = 20, images = () => 8, accumulate = 1 } = one;
  const parts = await partsOf(one);
  const { model, criterion, optimizer, ema, lrs } = parts;
  const variables = optimizer.parameters.map(({ variable }) => variable);
  const buffers = [...model.namedBuffers().values(), ...criterion.state.values()];
  const results: StepResult[] = [];
  let sums: tf.Tensor[] = variables.map((variable) => tf.zerosLike(variable));
  model.train();
  for (let i = 0; i < steps; i++) {
    const batch = noisyBatch(i, images(i));
    const before = buffers.map((buffer) => tf.clone(buffer));
    let after: tf.Tensor[] = [];
    const losses = new Array<number>(criterion.parts.length).fill(0);
    let total = 0;
    for (let rank = 0; rank < size; rank++) {
      const { from, to, of } = shardOf(rank, size, images(i));
      if (to === from) continue;
      for (const [k, buffer] of buffers.entries()) buffer.assign(before[k] as tf.Tensor);
      const own = batch(from, to);
      let kept: tf.Scalar[] = [];
      const { value, grads } = tf.variableGrads(() => {
        const { data, shape } = imagePlanes(own);
        const input = normalizeImages(
          tf.transpose(tf.tensor4d(data, shape as [number, number, number, number]), [0, 2, 3, 1]),
          model,
        );
        const targets = Object.entries(criterion.inputs(own)).map(([name, { data, shape, dtype }]) => {
          return [name, tf.tensor(data, shape, dtype)];
        });
        const loss = criterion.loss(model.forward(input, {}).raw, Object.fromEntries(targets) as NamedTensors);
        kept = loss.parts.map((part) => tf.keep(tf.clone(part)));
        return criterion.isMean ? tf.mul(loss.total, (to - from) / of) : loss.total;
      }, variables);
      sums = variables.map(({ name, shape }, k) => tf.add(sums[k] as tf.Tensor, grads[name] ?? tf.zeros(shape)));
      if (rank === 0) after = buffers.map((buffer) => tf.clone(buffer));
      await flush();
      total += (await value.data())[0] as number;
      for (const [k, part] of kept.entries()) losses[k]! += (((await part.data())[0] as number) * (to - from)) / of;
    }
    for (const [k, buffer] of buffers.entries()) buffer.assign(after[k] as tf.Tensor);
    const norm = gradientNorm(sums);
    if ((i + 1) % accumulate === 0) {
      const count = (i + 1) / accumulate;
      const scalars = Object.entries(optimizer.scalars({ count, momentum })).map(([name, x]) => [
        name,
        tf.scalar(x as number),
      ]);
      const lr = Object.fromEntries(Object.entries(lrs).map(([group, rate]) => [group, tf.scalar(rate as number)]));
      const settings = { lr, momentum: tf.scalar(momentum), scalars: Object.fromEntries(scalars) };
      optimizer.update(clipGradients(sums, norm, 10), settings);
      ema.update(tf.scalar(ema.decayAt(count)));
      sums = variables.map((variable) => tf.zerosLike(variable));
    }
    await flush();
    const named = Object.fromEntries(criterion.parts.map((part, k) => [part, losses[k] as number]));
    results.push({ losses: named, total, gradientNorm: (await norm.data())[0] as number });
  }
  const state = await stateOf(parts);
  free(parts);
  return { results, state };
}

/** The largest difference of numbers of the same name, by the larger of 1 and the number. */
export function largestDifference(one: Trained, other: Trained): { losses: number; state: number } {
  const off = (a: number, b: number): number => Math.abs(a - b) / Math.max(1, Math.abs(b));
  const numbers = ({ losses, total, gradientNorm }: StepResult): number[] => [
    ...Object.values(losses),
    total,
    gradientNorm,
  ];
  const losses = one.results.flatMap((result, i) => {
    const expected = numbers(other.results[i] as StepResult);
    return numbers(result).map((value, k) => off(value, expected[k] as number));
  });
  const state = [...one.state].flatMap(([path, values]) => {
    const expected = other.state.get(path);
    return Array.from(values, (value, k) => off(value, expected?.[k] ?? Number.NaN));
  });
  const most = (values: number[]): number => values.reduce((a, b) => (b > a || Number.isNaN(b) ? b : a), 0);
  return { losses: most(losses), state: most(state) };
}

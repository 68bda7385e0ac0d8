import { Module } from "@lookonce/nn";
import {
  describeGolden,
  enterTestDevice,
  expectClose,
  type GoldenTensor,
  goldenJson,
  goldenTensors,
} from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { MuSgd } from "./musgd.ts";
import { orthogonalize } from "./orthogonalize.ts";
import { type GroupedParameter, type GroupName, groupParameters, musgdGroups } from "./parameter-groups.ts";

beforeAll(async () => {
  await enterTestDevice();
});

/** A parameter of the reference in this project's layout: filters [out, in, height, width] as [height, width, in, out]. */
function stored({ shape, data }: GoldenTensor): { shape: number[]; data: Float32Array } {
  if (shape.length !== 4) return { shape: [...shape], data: Float32Array.from(data) };
  const [out, input, height, width] = shape as [number, number, number, number];
  const taps = height * width;
  const ordered = Float32Array.from(data, (_, i) => {
    const [o, column] = [i % out, Math.floor(i / out)];
    return data[(o * input + (column % input)) * taps + Math.floor(column / input)] as number;
  });
  return { shape: [height, width, input, out], data: ordered };
}

function tensorOf(golden: GoldenTensor): tf.Tensor {
  const { shape, data } = stored(golden);
  return tf.tensor(data, shape);
}

const values = (tensor: tf.Tensor): Promise<ArrayLike<number>> => tensor.data();

const file = "families/musgd/orthogonal.safetensors";

describeGolden("orthogonalization", [file], () => {
  it("is the reference's in double precision, of matrices and, as filters are stored, transposed ones", async () => {
    const tensors = goldenTensors(file);
    const inputs = Object.entries(tensors).filter(([name]) => name.endsWith(".input"));
    expect(inputs).toHaveLength(8);
    const stacks = inputs.flatMap(([, { shape, data }]) => {
      const [rows, columns] = shape as [number, number];
      const matrices = tf.tensor3d(Float32Array.from(data), [1, rows, columns]);
      return [{ matrices }, { matrices: tf.transpose(matrices, [0, 2, 1]) }];
    });
    const results = orthogonalize(stacks);
    const turned = results.map((result, i) => (i % 2 === 1 ? tf.transpose(result, [0, 2, 1]) : result));
    for (const [i, result] of turned.entries()) {
      const name = inputs[i >> 1]?.[0].replace(".input", ".float64") ?? "";
      expectClose(await values(result), (tensors[name] as GoldenTensor).data, { abs: 1e-5 });
    }
  });
});

describe("orthogonalize", () => {
  const one = (matrices: tf.Tensor3D): tf.Tensor3D => orthogonalize([{ matrices }])[0]!;

  it("computes each matrix for itself, scaled as it was asked to, and nothing of zeros", async () => {
    const some = tf.randomUniform<tf.Rank.R3>([2, 3, 5], -1, 1, "float32", 7);
    const long = tf.randomUniform<tf.Rank.R3>([1, 9, 3], -1, 1, "float32", 8);
    const scale = tf.tensor3d([2, 1, 1], [3, 1, 1]);
    const matrices = tf.concat([some, tf.zeros<tf.Rank.R3>([1, 3, 5])]);
    const [together, other] = orthogonalize([{ matrices, scale }, { matrices: long }]);
    const [first, second] = tf.split(some, 2) as [tf.Tensor3D, tf.Tensor3D];
    const alone = [tf.mul(one(first), 2), one(second), tf.zeros([15])].map((tensor) => tf.reshape(tensor, [15]));
    expectClose(await values(together!), await values(tf.concat(alone)), { abs: 1e-6 });
    expectClose(await values(other!), await values(one(long)), { abs: 1e-6 });
  });

  it.each([1, 1e-5, 1e9])("is as precise where singular values fall off, gradients of size %d", async (size) => {
    const falling = Float64Array.from({ length: 16 }, (_, i) => size * Math.exp(-i));
    const diagonal = Float32Array.from({ length: 16 * 40 }, (_, i) => (i % 41 === 0 ? falling[i / 41]! : 0));
    const result = await values(one(tf.tensor3d(diagonal, [1, 16, 40])));
    const norm = Math.hypot(...falling) + 1e-7;
    const expected = falling.map((value) => iterated(value / norm));
    expectClose(expected.map((_, i) => result[41 * i]!), expected, { abs: 1e-5 }); // biome-ignore format: one line
    const others = Array.from(result).filter((_, i) => i % 41 !== 0);
    expect(others.every((value) => Math.abs(value) < 1e-5)).toBe(true);
  });
});

/** What five iterations make of a singular value, in double precision. */
function iterated(start: number): number {
  let x = start;
  for (let i = 0; i < 5; i++) x *= 3.4445 - 4.775 * x ** 2 + 2.0315 * x ** 4;
  return x;
}

interface StepsPlan {
  plan: { lr: number; momentum: number }[];
  groups: { parameters: string[]; nesterov: boolean; use_muon?: boolean; factor?: number; weight_decay: number }[];
}

describeGolden("MuSGD", ["families/musgd/steps.json", "families/musgd/steps.safetensors"], () => {
  it("makes the reference's steps", async () => {
    const { plan, groups } = goldenJson("families/musgd/steps.json") as StepsPlan;
    const tensors = goldenTensors("families/musgd/steps.safetensors");
    const of = (name: string, key: string): GoldenTensor => tensors[`${name}.${key}`] as GoldenTensor;
    // A group without Nesterov momentum, which no training has, is left out.
    const parameters = groups
      .filter(({ nesterov }) => nesterov)
      .flatMap(({ parameters: names, use_muon = false, factor = 1, weight_decay }): GroupedParameter[] => {
        const vectors: GroupName = weight_decay > 0 ? "weight" : "norm";
        const matrices: GroupName = factor > 1 ? "fastMatrix" : "matrix";
        const group = use_muon ? matrices : vectors;
        return names.map((path) => ({ path, group, variable: tf.variable(tensorOf(of(path, "start"))) }));
      });
    const optimizer = new MuSgd(parameters, { weightDecay: 5e-4 });
    for (const [i, { lr, momentum }] of plan.entries()) {
      const rates = { matrix: lr, fastMatrix: 3 * lr, norm: lr, weight: lr };
      tf.tidy(() => {
        const scalars = Object.entries(rates).map(([group, rate]) => [group, tf.scalar(rate)]);
        const gradients = parameters.map(({ path }) => tensorOf(of(path, `grad_${i}`)));
        const settings = { lr: Object.fromEntries(scalars), momentum: tf.scalar(momentum), scalars: {} };
        optimizer.update(gradients, settings);
      });
      for (const { path, variable } of parameters) {
        const actual = await values(variable);
        expectClose(actual, stored(of(path, `after_${i}_exact`)).data, { abs: 2e-6 });
        expectClose(actual, stored(of(path, `after_${i}`)).data, { abs: 5e-4 });
      }
    }
    const kinds = { muon: "muon_buffer_last", momentum: "sgd_buffer_last" };
    for (const [key, variable] of optimizer.state) {
      const [kind, path] = key.split(".") as [keyof typeof kinds, string];
      expectClose(await values(variable), stored(of(path, kinds[kind])).data, { abs: 1e-5 });
    }
    expect([...optimizer.state.keys()].filter((key) => key.startsWith("muon.")).length).toBe(8);
  });
});

class Residual extends Module {
  readonly gamma = this.parameter("gamma", [4]);
  readonly weight = this.parameter("weight", [3, 3, 4, 4]);
  readonly bias = this.parameter("bias", [4]);
}

describe("groups of MuSGD", () => {
  it("separate vectors that decay from matrices", () => {
    const module = new Residual();
    const groups = groupParameters(module, musgdGroups).map(({ path, group }) => [path, group]);
    expect(Object.fromEntries(groups)).toEqual({ gamma: "weight", weight: "matrix", bias: "bias" });
    expect(groupParameters(module).map(({ group }) => group)).toEqual(["weight", "weight", "bias"]);
    module.dispose();
  });

  it("need a learning rate each", () => {
    const module = new Residual();
    const optimizer = new MuSgd(groupParameters(module, musgdGroups));
    const gradients = optimizer.parameters.map(({ variable }) => tf.zerosLike(variable));
    const settings = { lr: { bias: tf.scalar(1), weight: tf.scalar(1) }, momentum: tf.scalar(0), scalars: {} };
    expect(() => optimizer.update(gradients, settings)).toThrow("no learning rate for the group matrix; it has bias");
    for (const part of [optimizer, module]) part.dispose();
  });
});

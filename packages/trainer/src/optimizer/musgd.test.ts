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
function stored({ shape, data }: GoldenTensor): tf.Tensor {
  const tensor = tf.tensor(Float32Array.from(data), [...shape]);
  return shape.length === 4 ? tf.transpose(tensor, [2, 3, 1, 0]) : tensor;
}

const values = (tensor: tf.Tensor): Promise<ArrayLike<number>> => tensor.data();

describeGolden("orthogonalization", ["families/musgd/orthogonal.safetensors"], () => {
  const tensors = goldenTensors("families/musgd/orthogonal.safetensors");
  const names = Object.keys(tensors).flatMap((key) => (key.endsWith(".input") ? [key.replace(".input", "")] : []));

  it.each(names)("%s is the reference's in double precision", async (name) => {
    const { shape, data } = tensors[`${name}.input`] as GoldenTensor;
    const [rows, columns] = shape as [number, number];
    const input = tf.tensor3d(Float32Array.from(data), [1, rows, columns]);
    const expected = (tensors[`${name}.float64`] as GoldenTensor).data;
    expectClose(await values(orthogonalize(input)), expected, { abs: 1e-5 });
    // A transposed matrix, as filters are stored, has the transposed result.
    const turned = tf.transpose(orthogonalize(tf.transpose(input, [0, 2, 1])), [0, 2, 1]);
    expectClose(await values(turned), expected, { abs: 1e-5 });
  });
});

describe("orthogonalize", () => {
  it("computes each matrix for itself, and nothing of zeros", async () => {
    const some = tf.randomUniform<tf.Rank.R3>([2, 3, 5], -1, 1, "float32", 7);
    const together = await values(orthogonalize(tf.concat([some, tf.zeros<tf.Rank.R3>([1, 3, 5])])));
    const [first, second] = tf.split(some, 2) as [tf.Tensor3D, tf.Tensor3D];
    const alone = [await values(orthogonalize(first)), await values(orthogonalize(second))];
    expectClose(together, [...alone.flatMap((one) => [...Array.from(one)]), ...new Array<number>(15).fill(0)], {
      abs: 1e-6,
    });
  });
});

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
        return names.map((path) => ({ path, group, variable: tf.variable(stored(of(path, "start"))) }));
      });
    const optimizer = new MuSgd(parameters, { weightDecay: 5e-4 });
    for (const [i, { lr, momentum }] of plan.entries()) {
      const rates = { matrix: lr, fastMatrix: 3 * lr, norm: lr, weight: lr };
      tf.tidy(() => {
        const scalars = Object.entries(rates).map(([group, rate]) => [group, tf.scalar(rate)]);
        const gradients = parameters.map(({ path }) => stored(of(path, `grad_${i}`)));
        const settings = { lr: Object.fromEntries(scalars), momentum: tf.scalar(momentum), scalars: {} };
        optimizer.update(gradients, settings);
      });
      for (const { path, variable } of parameters) {
        const close = { abs: 2e-6 };
        expectClose(await values(variable), await values(stored(of(path, `after_${i}_exact`))), close);
        expectClose(await values(variable), await values(stored(of(path, `after_${i}`))), { abs: 5e-4 });
      }
    }
    const kinds = { muon: "muon_buffer_last", momentum: "sgd_buffer_last" };
    for (const [key, variable] of optimizer.state) {
      const [kind, path] = key.split(".") as [keyof typeof kinds, string];
      expectClose(await values(variable), await values(stored(of(path, kinds[kind]))), { abs: 1e-5 });
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

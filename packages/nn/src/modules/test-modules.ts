import { expectClose, type GoldenTensor, goldenJson, goldenTensors } from "@lookonce/testing";
import type * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import * as nn from "../index.ts";
import { channelsFirst, type GoldenMap, values } from "../test-golden.ts";

/** The folder of the cases. */
export const root = "families/modules";

/** Tensors of a case by name. */
export type Tensors = Record<string, GoldenTensor>;

/** Any module, with the arguments that the reference's constructor was called with. */
const constructors: Record<string, (...args: never[]) => nn.Module> = {
  RepConv: (input: number, output: number, _kernel = 3, stride = 1, _padding = 1, groups = 1) =>
    new nn.RepConv(input, output, { stride, groups }),
  RepBottleneck: (input: number, output: number) => new nn.RepBottleneck(input, output),
  RepCSP: (input: number, output: number, repeats: number) => new nn.RepCSP(input, output, { repeats }),
  RepNCSPELAN4: (input: number, output: number, c3: number, c4: number, n: number) =>
    new nn.RepNCSPELAN4(input, output, { c3, c4, n }),
  ELAN1: (input: number, output: number, c3: number, c4: number) => new nn.ELAN1(input, output, { c3, c4 }),
  AConv: (input: number, output: number) => new nn.AConv(input, output),
  ADown: (input: number, output: number) => new nn.ADown(input, output),
  SPPELAN: (input: number, output: number, c3: number) => new nn.SPPELAN(input, output, { c3 }),
  CBLinear: (input: number, outputs: number[]) => new nn.CBLinear(input, outputs),
  CBFuse: () => new nn.CBFuse(),
  SCDown: (input: number, output: number, kernel: number, stride: number) =>
    new nn.SCDown(input, output, { kernel, stride }),
  RepVGGDW: (channels: number) => new nn.RepVGGDW(channels),
  CIB: (input: number, output: number, shortcut = true, expansion = 0.5, largeKernel = false) =>
    new nn.CIB(input, output, { shortcut, expansion, largeKernel }),
  C2fCIB: (input: number, output: number, repeats: number, shortcut: boolean, largeKernel = false) =>
    new nn.C2fCIB(input, output, { repeats, shortcut, largeKernel }),
  PSA: (channels: number) => new nn.PSA(channels),
  C2fPSA: (channels: number, _output: number, repeats: number) => new nn.C2fPSA(channels, { repeats }),
  C2PSA: (channels: number, _output: number, repeats: number) => new nn.C2PSA(channels, { repeats }),
  AAttn: (channels: number, heads: number, area: number) =>
    new nn.MapAttention(channels, { heads, area, keyRatio: 1, kernel: 7 }),
  ABlock: (channels: number, _heads: number, ratio: number, area: number) =>
    new nn.AreaBlock(channels, { ratio, area }),
  A2C2f: (
    input: number,
    output: number,
    repeats: number,
    attention: boolean,
    area: number,
    residual = false,
    ratio = 2,
  ) => new nn.A2C2f(input, output, { repeats, attention, area, residual, ratio }),
  C3k2: (input: number, output: number, repeats: number, c3k: boolean, expansion = 0.5, attention = false) =>
    new nn.C3k2(input, output, { repeats, c3k, expansion, attention }),
  SPPF: (input: number, output: number, kernel: number, pools: number, shortcut: boolean) =>
    new nn.SPPF(input, output, { kernel, pools, shortcut, innerActivation: "identity" }),
};

/** What `settings.json` says of a case. */
export interface Settings {
  class: string;
  arguments: unknown[];
  params: number;
  fused_minus_unfused_max_abs?: number;
  parameter_gradients: Record<string, GoldenMap>;
  running_after_train_pass: Record<string, GoldenMap>;
}

/** The cases: a folder each. */
export const names: readonly string[] = [
  "rep_conv rep_conv_grouped_stride2 rep_bottleneck rep_csp rep_ncspelan4 rep_ncspelan4_n2 elan1 aconv aconv_odd_size",
  "adown adown_odd_size sppelan cb_linear cb_fuse scdown rep_vgg_dw cib cib_large_kernel c2f_cib c2f_cib_large_kernel psa",
  "area_attention_1 area_attention_4 area_block a2c2f_area4 a2c2f_area1_two a2c2f_residual a2c2f_convolutions",
  "a2c2f_convolutions_large_scale sppf_shortcut sppf_no_shortcut sppf_two_pools c3k2_attention c3k2_attention_two_heads",
  "c3k2_c3k c2psa_two_blocks c2f_psa",
].flatMap((line) => line.split(" "));

/** A module with the reference's weights, and the inputs and outputs of inference. */
export interface ModuleCase {
  module: nn.Module;
  settings: Settings;
  golden: Tensors;
}

/** Loads a case. */
export function loadModule(name: string): ModuleCase {
  const folder = `${root}/${name}`;
  const settings: Settings = goldenJson(`${folder}/settings.json`);
  const module = build(settings, goldenTensors(`${folder}/weights.safetensors`));
  return { module, settings, golden: goldenTensors(`${folder}/eval.safetensors`) };
}

function build(settings: Settings, weights: Tensors): nn.Module {
  const make = constructors[settings.class] as (...args: unknown[]) => nn.Module;
  const module = make(...settings.arguments);
  nn.loadStateDict(module, new Map(Object.entries(weights)));
  return module;
}

/** The inputs' names, of those that a CBFuse selects by its indices. */
export function inputNames(settings: Settings, golden: Tensors): string[] {
  const all = Object.keys(golden).filter((name) => name.startsWith("input"));
  if (settings.class !== "CBFuse") return all;
  const [indices] = settings.arguments as [number[]];
  return [...indices.map((index, i) => `input.${i}.${index}`), `input.${indices.length}`];
}

/** The outputs by the reference's names, [N, C, H, W]. */
export function run(module: nn.Module, inputs: tf.Tensor4D[]): Record<string, tf.Tensor4D> {
  const [x] = inputs as [tf.Tensor4D];
  if (module instanceof nn.Split) {
    return Object.fromEntries(module.forward(x).map((map, i) => [`output.${i}`, channelsFirst(map)]));
  }
  const y = module instanceof nn.Join ? module.forward(inputs) : (module as nn.Layer).forward(x);
  return { output: channelsFirst(y) };
}

/** Compares outputs with the reference's of these names. */
export async function compare(outputs: Record<string, tf.Tensor>, golden: Tensors, abs: number): Promise<void> {
  expect(Object.keys(outputs)).toEqual(Object.keys(golden).filter((name) => name.startsWith("output")));
  for (const [name, map] of Object.entries(outputs)) {
    const { shape, data } = golden[name] as GoldenTensor;
    expect(map.shape).toEqual(shape);
    expectClose(await values(map), data, { abs });
  }
}

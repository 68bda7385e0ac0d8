import { Random } from "@lookonce/random";
import { enterTestDevice } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import {
  A2C2f,
  AreaBlock,
  copyModel,
  DetectionModel,
  fuse,
  initialize,
  MapAttention,
  type ModelLayer,
  parseModelConfig,
  type SPPF,
  stateDict,
} from "../index.ts";

beforeAll(() => enterTestDevice("javascript"));

/** The second layer of a small model, which has these arguments. */
function layer(name: string, args: unknown[], { scale = "n", channels = 64 } = {}): ModelLayer {
  const backbone = [
    [-1, 1, "Conv", [channels, 3, 2]],
    [-1, 1, name, args],
  ];
  const file = { nc: 2, scales: { [scale]: [1, 1, 1024] }, scale, backbone, head: [[[1], 1, "Detect", ["nc"]]] };
  return new DetectionModel(parseModelConfig(file)).layers[1] as ModelLayer;
}

describe("A2C2f", () => {
  it.each(["l", "x"])(
    "has a residual and a narrower feed-forward part in scale %s unless the layer says otherwise",
    (scale) => {
      const { module, args } = layer("A2C2f", [64, true, 4], { scale });
      expect(args).toEqual([64, 64, 1, true, 4, true, 1.2]);
      expect((module as A2C2f).gamma?.shape).toEqual([64]);
      expect(module.slots().get("m.0.0.mlp.0.conv.weight")?.shape).toEqual([1, 1, 32, 38]);
      const own = layer("A2C2f", [64, true, 4, false, 2], { scale });
      expect(own.args).toEqual([64, 64, 1, true, 4, false, 2]);
      expect((own.module as A2C2f).gamma).toBeUndefined();
    },
  );

  it("has neither in scale n, and no residual without attention", () => {
    const { module, args } = layer("A2C2f", [64, true, 4]);
    expect(args).toEqual([64, 64, 1, true, 4]);
    expect((module as A2C2f).gamma).toBeUndefined();
    const plain = layer("A2C2f", [64, false, -1], { scale: "l" });
    expect(plain.args).toEqual([64, 64, 1, false, -1, true, 1.2]);
    expect((plain.module as A2C2f).gamma).toBeUndefined();
  });

  it("explains what it cannot be made of", () => {
    expect(() => layer("A2C2f", [48])).toThrow(
      "the number of channels of a head is 32, which does not divide 24 channels",
    );
    expect(() => layer("A2C2f", [64, true, 1, true], { channels: 128 })).toThrow(
      "a residual needs as many channels out as in, but they are 64 and 128",
    );
    expect(() => layer("A2C2f", [64, true, -2])).toThrow(
      "argument 3 (area) is -2: a whole number from 1 to 1000000, or -1",
    );
  });

  it("starts with filters of a normal distribution and small gammas", async () => {
    const module = new A2C2f(64, 64, { residual: true });
    initialize(module, new Random(1));
    const state = await stateDict(module);
    const deviation = (name: string): number => {
      const data = state.get(name)?.data ?? new Float32Array();
      return Math.sqrt(data.reduce((sum, v) => sum + v * v, 0) / data.length);
    };
    for (const part of ["attn.qkv", "attn.proj", "attn.pe", "mlp.0", "mlp.1"]) {
      expect(deviation(`m.0.1.${part}.conv.weight`)).toBeCloseTo(0.02, 2);
    }
    // Uniform within 1 / √64
    expect(deviation("cv1.conv.weight")).toBeCloseTo(1 / 8 / Math.sqrt(3), 2);
    expect(new Set(state.get("gamma")?.data)).toEqual(new Set([Math.fround(0.01)]));
  });
});

describe("MapAttention", () => {
  it("lets cells attend to those of their own area alone, a run of rows", async () => {
    const module = new AreaBlock(32, { area: 2 });
    initialize(module, new Random(1));
    const mixed = module.eval().attn;
    const x = tf.randomNormal<tf.Rank.R4>([1, 6, 2, 32], 0, 1, "float32", 1);
    // Row 0 is too far from row 4 for the filter of positions, which reaches 3 rows
    const row = (y: tf.Tensor4D): tf.Tensor => tf.slice(y, [0, 4, 0, 0], [1, 1, 2, 32]);
    const changed = tf.add(
      x,
      tf.pad(tf.ones([1, 1, 2, 32]), [
        [0, 0],
        [0, 5],
        [0, 0],
        [0, 0],
      ]),
    ) as tf.Tensor4D;
    const difference = async (attention: MapAttention): Promise<number> =>
      (await tf.max(tf.abs(tf.sub(row(attention.forward(x)), row(attention.forward(changed))))).data())[0] ?? 0;
    expect(await difference(mixed)).toBe(0);
    const whole = new MapAttention(32, { heads: 1, keyRatio: 1, kernel: 7 });
    initialize(whole, new Random(1));
    expect(await difference(whole.eval())).toBeGreaterThan(1e-6);
  });

  it("explains maps that its areas do not divide", () => {
    const module = new MapAttention(32, { area: 4 });
    const message = "a map of 3x5 cells cannot be divided into 4 equal areas";
    expect(() => module.forward(tf.zeros([1, 3, 5, 32]))).toThrow(message);
    expect(() => module.outputShape([3, 5, 32])).toThrow(message);
  });
});

describe("SPPF", () => {
  it("has no activation before its pools where their number is given", () => {
    const { module } = layer("SPPF", [64, 5, 3, true]);
    expect(module).toMatchObject({ pools: 3, add: true });
    expect((module as SPPF).cv1.act.kind).toBe("identity");
    const plain = layer("SPPF", [64, 5]).module as SPPF;
    expect([plain.cv1.act.kind, plain.pools, plain.add]).toEqual(["silu", 3, false]);
    expect(layer("SPPF", [32, 5, 2, true]).module).toMatchObject({ pools: 2, add: false });
  });
});

describe("C3k2", () => {
  it("prefers attention to C3k, in large scales too", () => {
    const { module, args } = layer("C3k2", [64, false, 0.5, true], { scale: "x" });
    expect(args).toEqual([64, 64, 1, true, 0.5, true]);
    expect([...module.slots().keys()].some((name) => name.startsWith("m.0.1.attn.qkv."))).toBe(true);
    expect(() => layer("C3k2", [400, false, 0.5, true], { channels: 16 })).toThrow("number of heads");
  });
});

describe("a fused model with convolutions side by side", () => {
  it("has one of each pair, which copies keep and training refuses", async () => {
    const file = {
      nc: 2,
      backbone: [
        [-1, 1, "Conv", [8, 3, 2]],
        [-1, 1, "RepNCSPELAN4", [8, 8, 4, 1]],
        [-1, 1, "C2fCIB", [8, true, true]],
      ],
      head: [[[2], 1, "Detect", ["nc"]]],
    };
    const model = new DetectionModel(parseModelConfig(file), { rng: new Random(1) });
    const x = tf.randomUniform<tf.Rank.R4>([1, 16, 16, 3], 0, 1, "float32", 2);
    const before = await (model.eval().forward(x).decoded as tf.Tensor).data();
    const fused = await fuse(model);
    const names = [...fused.slots().keys()];
    expect(names.filter((name) => /\.(bn|conv[12])\./.test(name))).toEqual([]);
    expect(names).toContain("model.1.cv2.0.m.0.cv1.conv.weight");
    expect(fused.slots().get("model.2.m.0.cv1.2.conv.weight")?.shape).toEqual([7, 7, 1, 8]);
    const copy = await copyModel(fused);
    for (const other of [fused, copy]) {
      const after = await (other.forward(x).decoded as tf.Tensor).data();
      expect(Math.max(...after.map((v, i) => Math.abs(v - (before[i] as number))))).toBeLessThan(1e-3);
    }
    expect(() => fused.train().forward(x)).toThrow("a fused model cannot be trained");
  });
});

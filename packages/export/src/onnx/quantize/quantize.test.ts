import { GraphBuilder, ints } from "@lookonce/onnx";
import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { float32 } from "../constants.ts";
import { Histogram } from "./histogram.ts";
import { planQuantization } from "./plan.ts";
import { quantizeBias, quantizeWeights } from "./quantize-weights.ts";
import { chooseRange, endsOf, leastError, rangeOf } from "./range.ts";

function histogramOf(...batches: number[][]): Histogram {
  const histogram = new Histogram();
  for (const batch of batches) histogram.add(Float32Array.from(batch));
  return histogram;
}

describe("Histogram", () => {
  it("counts numbers where they are, whatever came first", () => {
    const rng = new Random(3);
    const numbers = Array.from({ length: 5000 }, () => rng.normal() * 10 ** rng.uniform(-2, 2));
    const histogram = histogramOf(...Array.from({ length: 50 }, (_, i) => numbers.slice(100 * i, 100 * i + 100)));
    const { values, counts } = histogram.entries();
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5000);
    expect(histogram.max).toBe(Math.fround(Math.max(...numbers)));
    expect(histogram.min).toBe(Math.fround(Math.min(...numbers)));
    // Up to any number there are as many as in a sorted list, plus or minus those of a bin.
    const sorted = numbers.toSorted((a, b) => a - b);
    const width = (2 * 2 * Math.max(histogram.max, -histogram.min)) / 8192;
    for (const at of [500, 2500, 4900]) {
      const limit = sorted[at] as number;
      const below = counts.reduce((sum, count, i) => sum + ((values[i] as number) < limit ? count : 0), 0);
      const [least, most] = [limit - width, limit + width].map((edge) => sorted.filter((value) => value < edge).length);
      expect(below).toBeGreaterThanOrEqual(least as number);
      expect(below).toBeLessThanOrEqual(most as number);
    }
  });

  it("leaves out what is not finite, and accepts nothing but zeros", () => {
    const histogram = histogramOf([1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]);
    expect([histogram.min, histogram.max]).toEqual([0, 1]);
    expect(chooseRange(histogramOf([0, 0]), "mse").scale).toBeGreaterThan(0);
  });
});

describe("ranges", () => {
  it("always contain zero exactly", () => {
    for (const [low, high] of [
      [-1, 2],
      [3, 9],
      [-9, -3],
      [0, 0],
    ] as const) {
      const range = rangeOf(low, high);
      expect(Number.isInteger(range.zeroPoint)).toBe(true);
      const [from, to] = endsOf(range);
      expect(from).toBeLessThanOrEqual(0);
      expect(to).toBeGreaterThanOrEqual(0);
    }
    expect(rangeOf(0, 1)).toEqual({ scale: Math.fround(1 / 255), zeroPoint: 0 });
  });

  const rng = new Random(9);
  const usual = Array.from({ length: 20000 }, () => rng.normal());

  it("by minmax reach to the last number, by percentile and mse not", () => {
    const histogram = histogramOf([...usual, 1000]);
    const ends = (method: "mse" | "minmax" | "percentile"): number => endsOf(chooseRange(histogram, method))[1];
    expect(ends("minmax")).toBeCloseTo(1000, -1);
    expect(ends("percentile")).toBeLessThan(10);
  });

  it("by mse lose no more than any other", () => {
    const histogram = histogramOf(usual);
    const distribution = histogram.entries();
    const loss = ({ scale, zeroPoint }: { scale: number; zeroPoint: number }): number =>
      distribution.values.reduce((sum, value, i) => {
        const byte = Math.min(255, Math.max(0, Math.round(value / scale) + zeroPoint));
        return sum + (distribution.counts[i] as number) * ((byte - zeroPoint) * scale - value) ** 2;
      }, 0);
    const best = loss(leastError(distribution));
    for (const end of [2, 2.5, 3, 3.5, 4]) expect(best).toBeLessThanOrEqual(1.02 * loss(rangeOf(-end, end)));
  });

  it("spend no bytes on what the activation makes the same", () => {
    const histogram = histogramOf(usual.map((value) => value * 20));
    const activation = (value: number): number => Math.max(0, value);
    expect(endsOf(chooseRange(histogram, "mse", activation))[0]).toBeGreaterThan(histogram.min / 2);
  });
});

describe("weights", () => {
  it("come back within half a step of their channel's largest", () => {
    const weights = Float32Array.of(0.5, -1, 0.25, 100, -50, 0);
    const { bytes, scales } = quantizeWeights(weights, { channels: 2, biases: undefined, inputScale: 1 });
    expect(scales).toEqual(Float32Array.of(1 / 63, 100 / 63));
    weights.forEach((weight, i) => {
      const scale = scales[Math.floor(i / 3)] as number;
      expect(Math.abs((bytes[i] as number) * scale - weight)).toBeLessThanOrEqual(scale / 2 + 1e-6);
    });
  });

  it("of nothing leave room for their bias", () => {
    const biases = Float32Array.of(3, 0);
    const { scales } = quantizeWeights(new Float32Array(4), { channels: 2, biases, inputScale: 1e-3 });
    const { integers, scales: products } = quantizeBias(biases, { scales, inputScale: 1e-3 });
    expect((integers[0] as number) * (products[0] as number)).toBeCloseTo(3, 5);
    expect(integers[1]).toBe(0);
  });
});

describe("planQuantization", () => {
  it("keeps activations between convolutions as bytes, and the last convolution in floats", () => {
    const graph = new GraphBuilder();
    const conv = (x: string, name: string): string =>
      graph.node("Conv", [x, float32(graph, new Float32Array(9), [3, 3, 1, 1])], {}, { outputs: [name] });
    const x = graph.input("images", "float32", [1, 3, 4, 4]);
    const a = conv(x, "a");
    const share = graph.node("Sigmoid", [a], {}, { outputs: ["share"] });
    const gated = graph.node("Mul", [a, share], {}, { outputs: ["gated"] });
    const pooled = graph.node("MaxPool", [gated], { kernel_shape: ints([1, 1]) }, { outputs: ["pooled"] });
    const joined = graph.node("Concat", [gated, pooled], { axis: { int: 2 } }, { outputs: ["joined"] });
    const b = conv(joined, "b");
    const positive = graph.node("Relu", [b], {}, { outputs: ["positive"] });
    const soft = graph.node("Softmax", [conv(positive, "c")], {}, { outputs: ["soft"] });
    graph.output(conv(soft, "end"), "float32");
    const { values, convolutions } = planQuantization(graph.build());
    expect(Object.fromEntries(values)).toEqual({
      images: { kind: "pixels" },
      a: { kind: "seen", activation: true },
      share: { kind: "share" },
      gated: { kind: "silu", of: "a" },
      pooled: { kind: "same", as: "gated" },
      joined: { kind: "union", of: ["gated", "pooled"] },
      // A rectifier is joined to its convolution, so what lies between is none of ours.
      positive: { kind: "seen", activation: false },
      c: { kind: "seen", activation: false },
    });
    expect([...convolutions].map(({ outputs }) => outputs[0])).toEqual(["a", "b", "c"]);
  });
});

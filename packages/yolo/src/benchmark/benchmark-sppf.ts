import { compileFunction, type OnnxEngine, type OnnxEngineOptions } from "@lookonce/inference";
import { SPP, SPPF } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { Place, type PlaceOptions } from "../place.ts";

/** Options of `benchmarkSppf`. */
export interface SppfBenchmarkOptions extends PlaceOptions {
  /** How often each is timed (default 100, as published). */
  passes?: number;
}

/** SPP and SPPF side by side. */
export interface SppfComparison {
  /** Seconds for all passes: the median pass times their number, which other work of the machine moves little. */
  spp: number;
  sppf: number;
  /** How many times as fast SPPF is. */
  ratio: number;
  /** Whether both outputs are the same bits. */
  identical: boolean;
}

/** What `benchmarkSppf` found. */
export interface SppfBenchmark {
  device: string;
  passes: number;
  /** Images, channels, height and width of the map. */
  shape: readonly [number, number, number, number];
  /** The pools and the concatenation alone. */
  pooling: SppfComparison;
  /** Seconds for as many passes without any pooling: handing the map over, joining it four times, and reading it back. */
  overhead: number;
  /** With the convolutions before and after, as models have them. */
  modules: SppfComparison;
  /** Seconds that the makers of SPPF measured, for pooling alone. */
  published: { spp: number; sppf: number; ratio: number; source: string };
}

/** The map of the published measurement. */
const shape = [8, 32, 16, 16] as const;
const published = {
  spp: 0.537,
  sppf: 0.208,
  ratio: 2.6,
  source: "YOLOv5 6.x, description of the architecture; PyTorch, pooling and joining alone, machine not named",
};
const warmUps = 5;

type Layer = (x: tf.Tensor4D) => tf.Tensor4D;
type Pair = Record<"spp" | "sppf", Layer>;

/**
 * Shows that SPPF (three pooling windows of 5 in a row) returns the same as SPP (windows of 5, 9 and 13 side by side), and how
 * much faster it is: both on one map of random numbers, each compiled as one graph.
 */
export async function benchmarkSppf(options: SppfBenchmarkOptions = {}): Promise<SppfBenchmark> {
  const { passes = 100, ...rest } = options;
  const place = new Place(rest);
  const engine = await place.engine();
  await place.enterHost();
  const channels = shape[1];
  const rng = new Random("sppf");
  const map = Float32Array.from({ length: shape.reduce((size, side) => size * side, 1) }, () => rng.normal());
  const spp = new SPP(channels, channels).eval();
  const sppf = new SPPF(channels, channels).eval();
  shareWeights(spp, sppf, rng);
  const sideBySide: Layer = (x) => tf.concat([x, ...spp.m.items.map((pool) => pool.forward(x))], 3);
  const chained: Layer = (x) => {
    const y1 = sppf.m.forward(x);
    const y2 = sppf.m.forward(y1);
    return tf.concat([x, y1, y2, sppf.m.forward(y2)], 3);
  };
  const joined: Layer = (x) => tf.concat([x, x, x, x], 3);
  const measure = (pair: Pair): Promise<SppfComparison> => compare(pair, { map, passes, engine });
  try {
    return {
      device: engine.executionProviders[0] as string,
      passes,
      shape,
      pooling: await measure({ spp: sideBySide, sppf: chained }),
      overhead: (await measure({ spp: joined, sppf: joined })).spp,
      modules: await measure({ spp: (x) => spp.forward(x), sppf: (x) => sppf.forward(x) }),
      published,
    };
  } finally {
    spp.dispose();
    sppf.dispose();
  }
}

/** Draws the weights of one and copies them to the other: both have two convolutions of the same sizes. */
function shareWeights(spp: SPP, sppf: SPPF, rng: Random): void {
  const targets = sppf.namedParameters();
  tf.tidy(() => {
    for (const [path, parameter] of spp.namedParameters()) {
      const values = Float32Array.from({ length: parameter.size }, () => rng.normal(0, 0.2));
      const drawn = tf.tensor(values, parameter.shape);
      parameter.assign(drawn);
      targets.get(path)?.assign(drawn);
    }
  });
}

async function compare(
  pair: Pair,
  { map, passes, engine }: { map: Float32Array; passes: number; engine: OnnxEngineOptions },
): Promise<SppfComparison> {
  const spp = await compile(pair.spp, engine);
  const sppf = await compile(pair.sppf, engine);
  try {
    for (let i = 0; i < warmUps; i++) for (const compiled of [spp, sppf]) await pass(compiled, map);
    const identical = sameBits((await pass(spp, map)).values, (await pass(sppf, map)).values);
    const seconds = { spp: [] as number[], sppf: [] as number[] };
    // By turns, so that what else the machine does falls on both alike.
    for (let i = 0; i < passes; i++) {
      seconds.spp.push((await pass(spp, map)).seconds);
      seconds.sppf.push((await pass(sppf, map)).seconds);
    }
    const total = { spp: median(seconds.spp) * passes, sppf: median(seconds.sppf) * passes };
    return { ...total, ratio: total.spp / total.sppf, identical };
  } finally {
    await spp.dispose();
    await sppf.dispose();
  }
}

/** The layer for maps with channels first, as published; the compiler removes the transpositions. */
function compile(layer: Layer, engine: OnnxEngineOptions): Promise<OnnxEngine> {
  const run = (x: tf.Tensor): tf.Tensor =>
    tf.transpose(layer(tf.transpose(x as tf.Tensor4D, [0, 2, 3, 1])), [0, 3, 1, 2]);
  return compileFunction(run, { ...engine, shape });
}

/** One pass; its values are taken back, so that none of it can be left out. */
async function pass(engine: OnnxEngine, map: Float32Array): Promise<{ seconds: number; values: Float32Array }> {
  const start = performance.now();
  const [output] = await engine.run(map, shape);
  return { seconds: (performance.now() - start) / 1000, values: (output as { data: Float32Array }).data };
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

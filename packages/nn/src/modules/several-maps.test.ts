import { Random } from "@lookonce/random";
import { enterTestDevice } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { CBFuse, DetectionModel, parseModelConfig, summarize } from "../index.ts";

beforeAll(() => enterTestDevice("javascript"));

const backbone = [
  [-1, 1, "nn.Identity", []],
  [-1, 1, "Conv", [8, 3, 2]],
  [-1, 1, "Conv", [8, 3, 2]],
  [1, 1, "CBLinear", [[8]]],
  [2, 1, "CBLinear", [[8, 6]]],
  [0, 1, "Conv", [8, 3, 2]],
];

/** A model with a second path over the image, as yolov9e has. */
function build(...head: unknown[][]): DetectionModel {
  const file = { nc: 2, backbone, head: [...head, [[-1], 1, "Detect", ["nc"]]] };
  return new DetectionModel(parseModelConfig(file, { name: "two-paths.yaml" }), { rng: new Random(1) });
}

const fuseAll = [[3, 4, -1], 1, "CBFuse", [[0, 0]]];

describe("layers with several maps", () => {
  it("are read map by map, resized to the last one and summed", async () => {
    const model = build(fuseAll).eval();
    const x = tf.randomUniform<tf.Rank.R4>([1, 32, 32, 3], 0, 1, "float32", 3);
    const maps = model.features(x);
    expect(maps.map((outputs) => outputs.map(({ shape }) => shape.slice(1)))).toEqual([
      [[32, 32, 3]],
      [[16, 16, 8]],
      [[8, 8, 8]],
      [[16, 16, 8]],
      [
        [8, 8, 8],
        [8, 8, 6],
      ],
      [[16, 16, 8]],
      [[16, 16, 8]],
    ]);
    const at = async (layer: number, place: number[]): Promise<number> =>
      (await tf.slice(maps[layer]?.[0] as tf.Tensor4D, [0, ...place], [1, 1, 1, 1]).data())[0] ?? Number.NaN;
    // Cell (9, 14) lies in cell (4, 7) of the map of half the size
    const sum = (await at(3, [9, 14, 2])) + (await at(4, [4, 7, 2])) + (await at(5, [9, 14, 2]));
    expect(await at(6, [9, 14, 2])).toBeCloseTo(sum, 5);
  });

  it("count for each map, in the summary as in the file", () => {
    const { modules } = summarize(build(fuseAll), { imgsz: 32 });
    const linear = modules[4];
    expect(linear).toMatchObject({ args: [8, [8, 6]], parameters: 8 * 14 + 14, macs: 8 * 8 * 8 * 14 });
    expect(linear?.shape).toEqual([
      [8, 8, 8],
      [8, 8, 6],
    ]);
    expect(modules[3]?.shape).toEqual([16, 16, 8]);
    expect(modules[6]).toMatchObject({ args: [[0, 0]], parameters: 0, macs: 0, shape: [16, 16, 8] });
  });

  it("leave nothing in memory but the predictions, and the image alone", () => {
    const model = build(fuseAll).eval();
    const x = tf.zeros<tf.Rank.R4>([1, 32, 32, 3]);
    const before = tf.memory().numTensors;
    const { raw } = model.forward(x);
    expect(tf.memory().numTensors - before).toBe(raw.length + 1);
    expect(x.isDisposed).toBe(false);
  });

  it.each([
    [
      [[4, -1], 1, "Concat", [1]],
      "6 (Concat): reads from layer 4, which outputs 2 maps: only CBFuse selects one of several",
    ],
    [[4, 1, "Conv", [8, 3]], "6 (Conv): reads from layer 4, which outputs 2 maps: only CBFuse selects one of several"],
    [[[3, 4, -1], 1, "CBFuse", [[1, 0]]], "6 (CBFuse): selects map 1, counted from 0, of layer 3, which outputs 1"],
    [[[4, 3, -1], 1, "CBFuse", [[0]]], "6 (CBFuse): 1 indices for 2 layers: one for each but the last is expected"],
    [[[4, -1], 1, "CBFuse", [[1]]], "6 (CBFuse): CBFuse needs maps of as many channels, but they have 6, 8"],
    [[[4, -1], 1, "CBFuse", [["a"]]], "argument 1 (index of a map of each layer) is"],
    [
      [-1, 1, "CBLinear", [[]]],
      "6 (CBLinear): argument 1 (channels of each map) is []: a list of whole numbers from 1",
    ],
    [[-1, 2, "CBLinear", [[4, 4]]], "6 (CBLinear): cannot be repeated"],
  ])("explain what is wrong with %j", (layer, message) => {
    expect(() => build(layer)).toThrow(message);
  });

  it("are resized to any size, not whole multiples alone", async () => {
    const column = tf.tensor4d([1, 2, 3], [1, 3, 1, 1]);
    const y = new CBFuse().forward([column, tf.zeros([1, 4, 1, 1])]);
    expect(Array.from(await y.data())).toEqual([1, 1, 2, 3]);
  });
});

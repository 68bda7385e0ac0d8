import { runGraph } from "@lookonce/graph-model";
import { DetectionModel, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { checkGraph } from "../check-graph.ts";
import { useOnnxRuntime } from "../test-tiny-model.ts";
import { detectorOperations } from "./detector-operations.ts";
import { fuseBiases } from "./fuse-biases.ts";

beforeAll(useOnnxRuntime);

/** One convolution of each kind: whole, each channel for itself, and in groups of two and three channels. */
const grouped = (): DetectionModel =>
  new DetectionModel(
    parseModelConfig(
      `
nc: 2
backbone:
  - [-1, 1, Conv, [8, 3, 2]]
  - [-1, 1, DWConv, [16, 3, 2]]
  - [-1, 1, DWConv, [24, 3, 1]]
  - [-1, 1, nn.MaxPool2d, [2, 2, 0]]
head:
  - [[2, 3], 1, Detect, [nc]]
`,
      { name: "grouped" },
    ),
    { rng: new Random(3) },
  ).eval();

const spec = { height: 32, width: 48, batch: 1, dynamic: false };
const check = { spec, precision: "float32", file: "grouped" } as const;

describe("detectorOperations", () => {
  it("says convolutions in groups as TensorFlow can compute them", async () => {
    const model = grouped();
    const graph = await detectorOperations(model, spec);
    const operations = new Set(graph.nodes.map(({ op }) => op));
    expect([...operations]).toEqual(expect.arrayContaining(["Conv2D", "DepthwiseConv2dNative", "Split", "ConcatV2"]));
    const { differences } = await checkGraph(model, graph, check);
    expect(differences.pixels).toBeLessThan(1e-3);
  });

  it("says maxima with borders, means and sums of resized maps", async () => {
    const file = {
      nc: 2,
      backbone: [
        [-1, 1, "Conv", [16, 3, 2]],
        [-1, 1, "ADown", [16]],
        [-1, 1, "nn.MaxPool2d", [3, 2, 1]],
        [2, 1, "CBLinear", [[8, 16]]],
        [[3, 1], 1, "CBFuse", [[1]]],
      ],
      head: [[[4, 2], 1, "Detect", ["nc"]]],
    };
    const model = new DetectionModel(parseModelConfig(file), { rng: new Random(3) }).eval();
    const graph = await detectorOperations(model, spec);
    const operations = graph.nodes.map(({ op }) => op);
    expect(operations.filter((op) => op === "MaxPool" || op === "PadV2")).toHaveLength(4);
    expect(operations.filter((op) => op === "AvgPool" || op === "Cast")).toEqual(["AvgPool"]);
    const { differences } = await checkGraph(model, graph, check);
    expect(differences.pixels).toBeLessThan(1e-3);
  });

  it("joins each bias with its convolution where nothing else reads that", async () => {
    const model = grouped();
    const graph = await detectorOperations(model, spec);
    const fused = fuseBiases(graph);
    const count = (op: string): number => fused.nodes.filter((node) => node.op === op).length;
    expect(count("_FusedConv2D")).toBeGreaterThan(5);
    expect(count("FusedDepthwiseConv2dNative")).toBe(1);
    // Parts of a convolution in groups have no bias of their own.
    expect(count("Conv2D")).toBe(8);
    const { differences } = await checkGraph(model, fused, check);
    expect(differences.pixels).toBeLessThan(1e-3);
  });

  it("opens the number of images and nothing else", async () => {
    const graph = await detectorOperations(grouped(), { ...spec, dynamic: true });
    expect(graph.inputs[0]?.shape).toEqual([-1, 32, 48, 3]);
    expect(graph.outputs[0]?.shape).toEqual([-1, 6, 120]);
    const open = [...graph.constants].filter(([, { data }]) => [...data].includes(-1) && data instanceof Int32Array);
    expect(open.length).toBeGreaterThan(2);
    for (const [name] of open) expect(name).toMatch(/\/shape$/);
    const [output] = tf.tidy(() => runGraph(graph, [tf.zeros([3, 32, 48, 3])]));
    expect(output?.shape).toEqual([3, 6, 120]);
    expect((await output?.data())?.length).toBe(3 * 6 * 120);
    output?.dispose();
  });

  it("notices numbers that disagree", async () => {
    const graph = await detectorOperations(grouped(), spec);
    const constants = new Map(graph.constants);
    const [name, { data, ...rest }] = [...constants].find(([key]) => key.endsWith("cv3/0/2/bias")) as [
      string,
      { data: Float32Array; dtype: "float32"; shape: number[] },
    ];
    constants.set(name, { ...rest, data: data.map((value) => value + 3) });
    await expect(checkGraph(grouped(), { ...graph, constants }, check)).rejects.toMatchObject({
      code: "NUMERIC",
      message: expect.stringContaining("grouped was not written: its boxes differ"),
    });
  });
});

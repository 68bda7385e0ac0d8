import { describeGolden, enterTestDevice, expectClose, goldenJson } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { DetectionModel, parseModelConfig, readModelConfig, type Sequential } from "../index.ts";
import type { Conv2d } from "./conv2d.ts";
import { DetectV5 } from "./detect-v5.ts";
import type { DetectV8 } from "./detect-v8.ts";
import type { HeadBranch } from "./head-branch.ts";

beforeAll(() => enterTestDevice("javascript"));

const strides = [8, 16, 32];
const cocoAnchors = [
  [10, 13, 16, 30, 33, 23],
  [30, 61, 62, 45, 59, 119],
  [116, 90, 156, 198, 373, 326],
];

function v5Head(nc: number, release: "6.1" | "7.0", anchors: number[][] = cocoAnchors): DetectV5 {
  const head = new DetectV5(nc, [4, 4, 4], { anchors, release });
  head.setStrides(strides);
  return head;
}

const v5Releases = [
  { release: "6.1" as const, file: "v5/params/anchor_order.json", cases: undefined },
  { release: "7.0" as const, file: "v5/params/v70.json", cases: "anchor_order" },
];

describeGolden("the anchor-based head", ["v5/params/detect_bias.json", "v5/params/v70.json"], () => {
  it.each([
    { release: "6.1" as const, biases: () => goldenJson("v5/params/detect_bias.json") },
    { release: "7.0" as const, biases: () => goldenJson("v5/params/v70.json").detect_bias },
  ])("adds the biases of $release", async ({ release, biases }) => {
    for (const nc of [80, 3, 1]) {
      const head = v5Head(nc, release);
      head.resetBiases();
      for (const [i, level] of biases()[`yolov5n nc=${nc}`].entries()) {
        const perAnchor = [0, 0, 0, 0, level.objectness, ...level.class];
        const bias = await (head.m.items[i] as Conv2d).requireBias().value.data();
        expectClose(bias, [perAnchor, perAnchor, perAnchor].flat(), { abs: 1e-5 });
      }
    }
  });

  it("adds the classes' shares where frequencies are given", async () => {
    const golden = goldenJson("v5/params/detect_bias.json")["with class frequency"];
    const head = v5Head(3, "6.1");
    head.resetBiases({ classFrequency: golden.class_frequency });
    const bias = await (head.m.items[0] as Conv2d).requireBias().value.data();
    expectClose(bias.slice(5, 8), golden.layers[0].class, { abs: 1e-5 });
  });

  it.each(v5Releases)("keeps the anchors in the order of $release", ({ release, file, cases }) => {
    const golden = cases === undefined ? goldenJson(file) : goldenJson(file)[cases];
    for (const { given, anchors_grid_units: expected } of Object.values<{
      given: number | number[][];
      anchors_grid_units: number[];
    }>(golden)) {
      const anchors = Array.isArray(given) ? given : strides.map(() => Array.from({ length: 2 * given }, (_, i) => i));
      const head = v5Head(2, release, anchors);
      expectClose(head.anchors.flat(2), expected.flat(2) as number[], { abs: 1e-6 });
    }
  });
});

describe("setAnchors", () => {
  const levels: [number, number][][] = [[[4, 6]], [[16, 8]]];
  const config = {
    nc: 2,
    anchors: [
      [5, 6],
      [20, 30],
    ],
    backbone: [
      [-1, 1, "Conv", [4, 3, 2]],
      [-1, 1, "Conv", [4, 3, 2]],
    ],
    head: [[[0, 1], 1, "Detect", ["nc", "anchors"]]],
  };

  it("changes what the model decodes with, saves and is built from again", async () => {
    const model = new DetectionModel(parseModelConfig(config, { name: "small.yaml" }));
    model.setAnchors(levels);
    const cells = [[[2, 3]], [[4, 2]]];
    expect(model.anchors).toEqual(cells);
    expect([...((await model.namedBuffers().get("model.2.anchors")?.data()) ?? [])]).toEqual(cells.flat(2));
    expect(model.config.source.anchors).toEqual([
      [4, 6],
      [16, 8],
    ]);
    expect(new DetectionModel(model.config).anchors).toEqual(cells);
    expect(config.anchors[0]).toEqual([5, 6]);
  });

  it("refuses other numbers of anchors, and models without any", () => {
    const model = new DetectionModel(parseModelConfig(config, { name: "small.yaml" }));
    expect(() => model.setAnchors([levels.flat()])).toThrow("1 anchors on each of 2 levels, but got [2]");
    expect(() => new DetectionModel(readModelConfig("yolov8n.yaml")).setAnchors(levels)).toThrow("has no anchors");
  });
});

const outputConv = (branch: Sequential | undefined): Conv2d => (branch as Sequential).items.at(-1) as Conv2d;

describeGolden("the anchor-free head", ["v8/params/totals_nc80.json"], () => {
  it.each(["yolov8n", "yolov8n_nc1", "yolov8n_nc3"])("starts from the biases of %s", async (name) => {
    const golden = { ...goldenJson("v8/params/totals_nc80.json"), ...goldenJson("v8/params/variants.json") }[name];
    const { head } = new DetectionModel(readModelConfig("yolov8n.yaml", { nc: golden.nc }));
    const [{ boxes, classes }] = (head as DetectV8).parts as [HeadBranch];
    for (const i of [0, 1, 2]) {
      const box = await outputConv(boxes.items[i]).requireBias().value.data();
      const cls = await outputConv(classes.items[i]).requireBias().value.data();
      expect([box.length, cls.length]).toEqual([64, golden.nc]);
      expectClose(
        box,
        Array.from(box, () => golden.head_bias_init.box[i]),
        { abs: 1e-6 },
      );
      expectClose(
        cls,
        Array.from(cls, () => golden.head_bias_init.cls[i]),
        { abs: 1e-5 },
      );
    }
  });
});

describe("heads", () => {
  it("reverse anchors that shrink from level to level, 7.0 keeping their pixels", () => {
    const reversed = [...cocoAnchors].reverse();
    expect(v5Head(2, "7.0", reversed).anchors).toEqual(v5Head(2, "7.0").anchors);
    expect(v5Head(2, "6.1", reversed).anchors[0]?.[0]).toEqual([10 / 32, 13 / 32]);
  });

  it("keep the bins' values fixed", async () => {
    const { head } = new DetectionModel(readModelConfig("yolov8n.yaml", { nc: 2 }));
    const weight = head.namedParameters().get("dfl.conv.weight") as tf.Variable;
    expect(weight.trainable).toBe(false);
    expect(Array.from(await weight.data())).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(tf.memory().numTensors).toBeGreaterThan(0);
  });
});

import { enterTestDevice } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { DetectionModel, parseModelConfig, summarize } from "../index.ts";

beforeAll(() => enterTestDevice("javascript"));

/** Arguments of every module with one input, and repeats. */
const layers: [module: string, repeats: number, args: unknown[]][] = [
  ["Conv", 1, [16, 3, 2, 1, 2, 2]],
  ["DWConv", 2, [16, 3, 2]],
  ["Focus", 1, [24, 3]],
  ["GhostConv", 1, [24, 3, 2]],
  ["CrossConv", 1, [24, 5, 2]],
  ["Bottleneck", 2, [24]],
  ["BottleneckCSP", 2, [24]],
  ["GhostBottleneck", 1, [24, 3, 2]],
  ["C2", 2, [24]],
  ["C2f", 2, [24]],
  ["C2PSA", 2, [16]],
  ["C2fPSA", 2, [16]],
  ["C2fCIB", 2, [24, true, true]],
  ["A2C2f", 2, [64, true, 4]],
  ["A2C2f", 2, [64, false, -1]],
  ["C3", 2, [24]],
  ["C3Ghost", 2, [24]],
  ["C3SPP", 1, [24]],
  ["C3TR", 2, [24]],
  ["C3k", 2, [24]],
  ["C3k2", 2, [24, true]],
  ["C3k2", 2, [24, true, 0.5, true]],
  ["C3x", 2, [24]],
  ["PSA", 1, [16]],
  ["SPP", 1, [24]],
  ["SPPF", 1, [24]],
  ["SPPF", 1, [16, 5, 2, true]],
  ["SPPELAN", 1, [24, 12]],
  ["RepConv", 2, [24, 3, 2]],
  ["RepBottleneck", 2, [24]],
  ["RepCSP", 2, [24]],
  ["RepNCSPELAN4", 1, [24, 12, 8, 2]],
  ["ELAN1", 1, [24, 12, 8]],
  ["AConv", 2, [24]],
  ["ADown", 1, [24]],
  ["SCDown", 1, [24, 3, 2]],
  ["CIB", 2, [24]],
  ["RepVGGDW", 1, [16]],
  ["Identity", 1, []],
  ["TransformerBlock", 1, [24, 2, 2]],
  ["Contract", 1, [2]],
  ["Expand", 1, [2]],
  ["MaxPool2d", 1, [3, 2, 1]],
  ["Upsample", 1, ["None", 2, "nearest"]],
  ["ZeroPad2d", 1, [[1, 3, 2, 2]]],
];

describe("the shape that a module foretells", () => {
  it.each(layers)("is the one it computes: %s × %i", (module, repeats, args) => {
    const backbone = [
      [-1, 1, "Conv", [16, 3, 2]],
      [-1, repeats, module, args],
    ];
    const document = { nc: 2, backbone, head: [[0, 1, "Detect", ["nc"]]] };
    const model = new DetectionModel(parseModelConfig(document)).eval();
    const [, outputs = []] = model.features(tf.zeros([1, 32, 32, 3]));
    expect(summarize(model, { imgsz: 32 }).modules[1]?.shape).toEqual(outputs[0]?.shape.slice(1));
  });
});

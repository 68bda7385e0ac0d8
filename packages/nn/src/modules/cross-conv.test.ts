import { enterTestDevice, expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { CrossConv, DetectionModel, parseModelConfig, summarize } from "../index.ts";

beforeAll(() => enterTestDevice("javascript"));

/** Filters of ones, so that every output is a sum that can be done by hand. */
function ones(options: ConstructorParameters<typeof CrossConv>[2]): CrossConv {
  const module = new CrossConv(1, 1, { activation: "identity", ...options });
  for (const [name, variable] of module.namedParameters()) {
    if (name.endsWith("conv.weight")) variable.assign(tf.ones(variable.shape));
  }
  return module.eval();
}

describe("CrossConv", () => {
  // Each of the two normalizations divides by √1.001.
  it("steps along x in the first convolution and along y in the second", async () => {
    const x = tf.tensor4d([1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 100, 200, 300, 400, 500], [1, 3, 5, 1]);
    const y = ones({ stride: 2 }).forward(x);
    expect(y.shape).toEqual([1, 2, 3, 1]);
    const rows = [3, 9, 9];
    const expected = [...rows.map((sum) => sum * 11), ...rows.map((sum) => sum * 110)];
    expectClose(
      await y.data(),
      expected.map((sum) => sum / 1.001),
      { rel: 1e-5 },
    );
  });

  it("keeps the size at stride 1 and adds the shortcut", async () => {
    const x = tf.tensor4d([1, 2, 3], [1, 1, 3, 1]);
    const y = ones({ shortcut: true }).forward(x);
    expectClose(await y.data(), [1 + 3 / 1.001, 2 + 6 / 1.001, 3 + 5 / 1.001], { rel: 1e-5 });
  });

  it.each([
    [1, 3, [6, 7]],
    [2, 3, [3, 4]],
    [2, 5, [3, 4]],
    [3, 3, [2, 3]],
  ])("foretells its shape at stride %i and kernel %i", (stride, kernel, [height, width]) => {
    const module = new CrossConv(2, 4, { stride, kernel });
    const shape = module.forward(tf.zeros([1, 6, 7, 2])).shape.slice(1);
    expect(shape).toEqual([height, width, 4]);
    expect(module.outputShape([6, 7, 2])).toEqual(shape);
  });

  it("accepts YOLOv5's arguments: channels, kernel, stride, groups, expansion, shortcut", () => {
    const layer = [-1, 1, "CrossConv", [16, 3, 2, 2, 0.5]];
    const backbone = [[-1, 1, "Conv", [8, 3, 2]], layer];
    const model = new DetectionModel(parseModelConfig({ nc: 1, backbone, head: [[[1], 1, "Detect", ["nc"]]] }));
    const summary = summarize(model, { imgsz: 64 }).modules[1];
    // 8 → 8 by 1×3 and 8 → 16 by 3×1 in two groups, with two parameters of normalization a channel.
    expect(summary?.parameters).toBe(8 * 8 * 3 + 16 + (8 / 2) * 16 * 3 + 32);
    expect(summary?.shape).toEqual([16, 16, 16]);
  });
});

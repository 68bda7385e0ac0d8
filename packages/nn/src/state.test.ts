import { Random } from "@lookonce/random";
import { enterTestDevice, expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Conv, DetectionModel, loadStateDict, readModelConfig, type StateEntry, stateDict, transfer } from "./index.ts";

beforeAll(() => enterTestDevice("javascript"));

const model = (nc: number, seed?: number): DetectionModel =>
  new DetectionModel(readModelConfig("yolov5n.yaml", { nc }), seed === undefined ? {} : { rng: new Random(seed) });

describe("stateDict and loadStateDict", () => {
  it("store filters as [out, in / groups, kh, kw]", async () => {
    const conv = new Conv(4, 6, { kernel: 3, groups: 2 });
    const weight = Array.from({ length: 6 * 2 * 9 }, (_, i) => i);
    const entries = new Map<string, StateEntry>(await stateDict(conv));
    expect(entries.get("conv.weight")?.shape).toEqual([6, 2, 3, 3]);
    loadStateDict(conv, entries.set("conv.weight", { shape: [6, 2, 3, 3], data: Float32Array.from(weight) }));
    // The filter's tap (row 1, column 2), input channel 1 and output channel 4.
    const values = await conv.conv.weight.value.data();
    expect(values[((1 * 3 + 2) * 2 + 1) * 6 + 4]).toBe(((4 * 2 + 1) * 3 + 1) * 3 + 2);
    expect(Array.from((await stateDict(conv)).get("conv.weight")?.data ?? [])).toEqual(weight);
  });

  it("copy a model, its anchors too, and leave no tensor behind", async () => {
    const [a, b] = [model(2, 1), model(2, 2)];
    const entries = await stateDict(a);
    const anchors = entries.get("model.24.anchors") as StateEntry;
    entries.set("model.24.anchors", { ...anchors, data: anchors.data.map((side) => side * 2) });
    entries.set("model.0.bn.num_batches_tracked", { shape: [], data: new Float32Array(1) });
    const before = tf.memory().numTensors;
    expect(loadStateDict(b, entries).summary).toBe("transferred 292/292 items");
    expect(tf.memory().numTensors).toBe(before);
    expect(b.anchors).toEqual(a.anchors.map((level) => level.map(([w, h]) => [2 * w, 2 * h])));
    const [first, second] = [a, b].map((m) => m.namedParameters().get("model.23.cv3.conv.weight") as tf.Variable);
    expectClose(await (second as tf.Variable).data(), await (first as tf.Variable).data(), {});
    a.dispose();
    b.dispose();
  });

  it("explain a model with other classes, change nothing then, and transfer the rest", async () => {
    const [a, b] = [model(2), model(5)];
    const entries = await stateDict(a);
    expect(() => loadStateDict(b, entries, { name: "a.safetensors" })).toThrow(
      /^a\.safetensors does not fit the model: 286 of 292 tensors do\. 6 of another shape: model\.24\.m\.0\.weight \(model \[30, 64, 1, 1\], file \[21, 64, 1, 1\]\), .*Only the head differs, as it does for another number of classes/,
    );
    const report = transfer(b, entries);
    expect([report.summary, report.mismatched.length, report.missing]).toEqual(["transferred 286/292 items", 6, []]);
    a.dispose();
    b.dispose();
  });

  it("list what is missing and what is too much", async () => {
    const conv = new Conv(1, 1);
    const entries = await stateDict(conv);
    entries.set("other", entries.get("bn.bias") as StateEntry);
    entries.delete("bn.bias");
    expect(() => loadStateDict(conv, entries)).toThrow(
      "the state dict does not fit the model: 4 of 5 tensors do. 1 missing: bn.bias. 1 not in the model: other. Was it made for another model?",
    );
  });
});

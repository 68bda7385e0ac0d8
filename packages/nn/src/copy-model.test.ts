import { Random } from "@lookonce/random";
import { enterTestDevice } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { copyModel, DetectionModel, fuse, loadStateDict, readModelConfig, stateDict } from "./index.ts";

beforeAll(async () => {
  await enterTestDevice();
});

const decode = async (model: DetectionModel): Promise<Float32Array> => {
  const images = tf.randomUniform([1, 64, 64, 3], 0, 1, "float32", 7) as tf.Tensor4D;
  const { decoded } = model.eval().forward(images) as { decoded: tf.Tensor3D };
  return (await decoded.data()) as Float32Array;
};

describe("copyModel", () => {
  it("predicts what the original does, fused or not, and is independent of it", async () => {
    const model = new DetectionModel(await readModelConfig("yolov8n.yaml", { nc: 2 }), { rng: new Random(1) });
    const expected = await decode(model);
    const copy = await copyModel(model);
    const twice = await copyModel(await fuse(await copyModel(model)));
    model.dispose();
    expect(await decode(copy)).toEqual(expected);
    const fused = await decode(twice);
    for (let i = 0; i < expected.length; i += 97) expect(fused[i]).toBeCloseTo(expected[i]!, 2);
  });

  it("copies anchors that differ from the configuration's", async () => {
    const model = new DetectionModel(await readModelConfig("yolov5n.yaml", { nc: 2 }), { rng: new Random(1) });
    const state = await stateDict(model);
    const [name] = [...state.keys()].filter((key) => key.endsWith(".anchors"));
    const anchors = state.get(name!)!;
    state.set(name!, { shape: anchors.shape, data: Float32Array.from(anchors.data as Float32Array, (v) => v * 1.5) });
    loadStateDict(model, state);
    expect(await decode(await copyModel(model))).toEqual(await decode(model));
  });
});

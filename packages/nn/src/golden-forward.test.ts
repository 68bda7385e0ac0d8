import { readCheckpoint } from "@lookonce/checkpoint";
import {
  describeGolden,
  describeShared,
  enterTestDevice,
  expectClose,
  type GoldenTensor,
  goldenJson,
  goldenTensors,
  sharedPath,
  slimModelFile,
} from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import {
  DetectionModel,
  fuse,
  loadStateDict,
  modelFromCheckpoint,
  parseModelConfig,
  readModelConfig,
} from "./index.ts";
import { anchorsLast, channelsFirst, compareLayers, image, values } from "./test-golden.ts";

beforeAll(async () => {
  await enterTestDevice();
});

async function fromFile(path: string): Promise<DetectionModel> {
  return modelFromCheckpoint(await readCheckpoint(sharedPath(path)), path);
}

const firstValues = { abs: 5e-4 };

describeShared(
  "forward, YOLOv8",
  ["golden/v8/forward/real_v8n/output.safetensors", "golden/v8/forward/random_p2/model.pt", "weights/yolov8n.pt"],
  () => {
    const cases = [
      { name: "real_v8n", file: "weights/yolov8n.pt" },
      { name: "random_p2", file: "golden/v8/forward/random_p2/model.pt" },
    ];
    const tolerance = { abs: 5e-4, rel: 1e-4 };

    it.each(cases)("$name in inference, plain and fused", async ({ name, file }) => {
      const model = await fromFile(file);
      const golden = goldenTensors(`v8/forward/${name}/output.safetensors`);
      const x = image(goldenTensors(`v8/forward/${name}/input.safetensors`).images as GoldenTensor);
      const before = tf.memory().numTensors;
      const { raw, decoded } = model.forward(x);
      expect(tf.memory().numTensors - before).toBe(raw.length + 1);
      for (const [i, map] of raw.map(channelsFirst).entries()) {
        expectClose(await values(map), (golden[`raw_${i}`] as GoldenTensor).data, tolerance);
      }
      const compareDecoded = async (tensor: tf.Tensor3D): Promise<void> => {
        const rows = await values(tf.transpose(tensor, [0, 2, 1]));
        const expected = (golden.decoded as GoldenTensor).data;
        const boxes = 4 * (tensor.shape[1] as number);
        expectClose(rows.slice(0, boxes), expected.slice(0, boxes), { abs: 0.02 });
        expectClose(rows.slice(boxes), expected.slice(boxes), { abs: 5e-5 });
      };
      await compareDecoded(decoded as tf.Tensor3D);
      await compareLayers(model, x, { layers: goldenJson(`v8/forward/${name}/layers.json`).slice(0, -1), firstValues });
      await compareDecoded((await fuse(model)).forward(x).decoded as tf.Tensor3D);
      model.dispose();
    });

    it.each(cases)("$name in training, with its running statistics", async ({ name, file }) => {
      const model = (await fromFile(file)).train();
      const golden = goldenTensors(`v8/forward/${name}/train_mode.safetensors`);
      const { raw, decoded } = model.forward(image(golden.images as GoldenTensor));
      expect(decoded).toBeUndefined();
      for (const [i, map] of raw.map(channelsFirst).entries()) {
        expectClose(await values(map), (golden[`raw_${i}`] as GoldenTensor).data, {
          abs: 5e-3,
        });
      }
      const buffers = model.namedBuffers();
      const after = Object.entries(golden).filter(([key]) => key.endsWith(".after"));
      expect(after).toHaveLength(6);
      for (const [key, { data }] of after) {
        const buffer = buffers.get(key.replace(".after", "")) as tf.Variable;
        expectClose(await values(buffer), data, { abs: 1e-5, rel: 1e-5 });
      }
      model.dispose();
    });
  },
);

async function compareV5(model: DetectionModel, golden: Record<string, GoldenTensor>, x: tf.Tensor4D): Promise<void> {
  const { raw, decoded } = model.forward(x);
  for (const [i, map] of raw.entries()) {
    expectClose(await values(map), (await anchorsLast(golden[`raw_${i}`] as GoldenTensor)).data, { abs: 1e-4 });
  }
  const expected = golden.decoded as GoldenTensor;
  expect(decoded?.shape).toEqual(expected.shape);
  const width = expected.shape[2] as number;
  const rows = await values(decoded as tf.Tensor3D);
  const isBox = (_: number, i: number): boolean => i % width < 4;
  const isConfidence = (_: number, i: number): boolean => i % width >= 4;
  expectClose(rows.filter(isBox), expected.data.filter(isBox), { abs: 1e-2 });
  expectClose(rows.filter(isConfidence), expected.data.filter(isConfidence), { abs: 2e-5 });
}

describeShared("forward, YOLOv5", ["golden/v5/forward/yolov5n_real.safetensors", "weights/yolov5n.pt"], () => {
  it("yolov5n_real in inference", async () => {
    const model = await fromFile("weights/yolov5n.pt");
    const golden = goldenTensors("v5/forward/yolov5n_real.safetensors");
    const info = goldenJson("v5/forward/yolov5n_real.json");
    const x = image(golden.input as GoldenTensor);
    expect(model.anchors).toEqual(info.anchors_grid_units);
    await compareV5(model, golden, x);
    await compareLayers(model, x, { layers: info.layers, firstValues });
    model.dispose();
  });
});

const randomCases = [
  { name: "yolov5n_random", model: "yolov5n.yaml", width: 0.25, items: 292 },
  { name: "ghost_random", model: "yolov5s-ghost.yaml", width: 0.25, items: 442 },
  { name: "transformer_random", model: "yolov5s-transformer.yaml", width: 0.1875, items: 293 },
];

/** A shipped YOLOv5 with another width, for the golden 3 classes. */
function withWidth(name: string, width: number): DetectionModel {
  const { source, depth } = readModelConfig(name, { nc: 3 });
  return new DetectionModel(parseModelConfig(slimModelFile(source, { depth, width }), { name }));
}

describeGolden("forward, YOLOv5 with random weights", ["v5/forward/yolov5n_random.safetensors"], () => {
  it.each(randomCases)(
    "$name in inference, then in training with its running statistics",
    async ({ name, model: file, width, items }) => {
      const golden = goldenTensors(`v5/forward/${name}.safetensors`);
      const info = goldenJson(`v5/forward/${name}.json`);
      const weights = new Map(Object.entries(goldenTensors(`v5/forward/${name}.weights.safetensors`)));
      const model = withWidth(file, width).eval();
      expect(loadStateDict(model, weights).summary).toBe(`transferred ${items}/${items} items`);
      const x = image(golden.input as GoldenTensor);
      await compareV5(model, golden, x);
      await compareLayers(model, x, { layers: info.eval_layers, firstValues });
      const trained = "train_raw_0" in golden ? model.train().forward(x).raw : [];
      for (const [i, map] of trained.entries()) {
        expectClose(await values(map), (await anchorsLast(golden[`train_raw_${i}`] as GoldenTensor)).data, {
          abs: 1e-3,
        });
      }
      const buffers = model.namedBuffers();
      for (const [key, { data }] of Object.entries(golden)) {
        if (!key.startsWith("after_train_forward.")) continue;
        const buffer = buffers.get(key.replace("after_train_forward.", "")) as tf.Variable;
        expectClose(await values(buffer), data, { abs: 1e-5, rel: 1e-5 });
      }
      model.dispose();
    },
  );
});

describeGolden("forward, a checkpoint of ghost modules", ["v5/forward/ghost_random.pt"], () => {
  it("builds the model it describes", async () => {
    const model = await fromFile("golden/v5/forward/ghost_random.pt");
    const golden = goldenTensors("v5/forward/ghost_random.safetensors");
    await compareV5(model, golden, image(golden.input as GoldenTensor));
    model.dispose();
  });
});

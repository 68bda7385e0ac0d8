import { readCheckpoint } from "@lookonce/checkpoint";
import {
  describeGolden,
  enterTestDevice,
  expectClose,
  type GoldenTensor,
  goldenJson,
  goldenTensors,
  sharedPath,
  slimModelFile,
} from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import {
  BatchNorm2d,
  type Classify,
  DetectionModel,
  decodeAngles,
  fuse,
  loadStateDict,
  modelFromCheckpoint,
  type Prediction,
  parseModelConfig,
  readModelConfig,
} from "./index.ts";
import { anchorsLast, channelsFirst, compareLayers, image, values } from "./test-golden.ts";

beforeAll(async () => {
  await enterTestDevice();
});

type Tensors = Record<string, GoldenTensor>;

/** Bytes [N, C, H, W] as the network's input [N, H, W, C]. */
function pixels({ images_u8: { shape, data } }: Tensors & { images_u8: GoldenTensor }): tf.Tensor4D {
  return tf.tidy(() => tf.div(image({ shape, data: Float32Array.from(data) }), 255));
}

async function expectTensor(
  actual: tf.Tensor,
  golden: GoldenTensor | undefined,
  tolerance: { abs?: number; rel?: number },
): Promise<void> {
  expect(actual.shape).toEqual(golden?.shape);
  expectClose(await values(actual), (golden as GoldenTensor).data, tolerance);
}

/** What a head of YOLOv8 has besides boxes and classes, all levels together [N, extras, A], as the reference returns it. */
function extrasOf(model: DetectionModel, levels: readonly tf.Tensor4D[]): tf.Tensor {
  const { extras, task } = model.head;
  const rows = levels.map((map) => {
    const [n, h, w, outputs] = map.shape;
    return tf.reshape(tf.slice(map, [0, 0, 0, outputs - extras], [-1, -1, -1, extras]), [n, h * w, extras]);
  });
  const all = tf.transpose(tf.concat(rows, 1), [0, 2, 1]);
  return task === "obb" ? decodeAngles(all) : all;
}

const extrasKeys: Record<string, string> = { segment: "mask_coefficients", pose: "raw_keypoints", obb: "angle" };

/** The raw maps of a v8 model: `abs` for maps and extras, `proto` for prototypes. */
async function compareRaw(
  model: DetectionModel,
  { raw }: Prediction,
  golden: Tensors,
  { abs, rel = 0, proto }: { abs: number; rel?: number; proto: number },
): Promise<void> {
  if (model.task === "classify") {
    const [logits] = raw as [tf.Tensor4D];
    return expectTensor(tf.reshape(logits, [-1, model.nc]), golden.logits, { abs, rel });
  }
  const { levels, prototypes } = model.head.splitMaps(raw);
  const own = 4 * model.regMax + model.nc;
  for (const [i, map] of levels.entries()) {
    await expectTensor(channelsFirst(tf.slice(map, [0, 0, 0, 0], [-1, -1, -1, own])), golden[`raw_${i}`], { abs, rel });
  }
  await expectTensor(extrasOf(model, levels), golden[extrasKeys[model.task] ?? ""], { abs, rel });
  expect(prototypes !== undefined).toBe("prototypes" in golden);
  if (prototypes !== undefined) await expectTensor(channelsFirst(prototypes), golden.prototypes, { abs: proto });
}

async function compareDecoded(
  model: DetectionModel,
  decoded: tf.Tensor3D,
  golden: Tensors,
  probabilities = 2e-6,
): Promise<void> {
  if (model.task === "classify") {
    return expectTensor(tf.reshape(decoded, [-1, model.nc]), golden.probabilities, { abs: probabilities });
  }
  const rows = tf.transpose(decoded, [0, 2, 1]);
  const { shape, data } = golden.decoded as GoldenTensor;
  expect(rows.shape).toEqual(shape);
  const numbers = await values(rows);
  const anchors = shape[2] as number;
  const part = (first: number, count: number, tolerance: { abs: number; rel?: number }): void => {
    const [from, to] = [first * anchors, (first + count) * anchors];
    expectClose(numbers.slice(from, to), data.slice(from, to) as Float32Array, tolerance);
  };
  const { nc, extras, keypointShape } = model.head;
  part(0, 4, { abs: 5e-3 });
  part(4, nc, { abs: probabilities });
  part(4 + nc, extras, keypointShape === undefined ? { abs: 1e-4, rel: 1e-4 } : { abs: 5e-3 });
}

const firstValues = { abs: 1e-4, rel: 1e-4 };

/** Batch statistics and the running ones afterwards, with the momentum that the reference had. */
async function compareTraining(model: DetectionModel, golden: Tensors, settings: Settings): Promise<void> {
  for (const [path, { momentum }] of Object.entries(settings.batch_norm)) {
    const norm = model.namedModules().get(path) as BatchNorm2d;
    expect(norm.eps).toBe(settings.batch_norm[path]?.eps);
    norm.momentum = momentum;
  }
  const prediction = model.train().forward(pixels(golden as Tensors & { images_u8: GoldenTensor }));
  expect(prediction.decoded).toBeUndefined();
  await compareRaw(model, prediction, golden, { abs: 1e-3, proto: 2e-3 });
  const after = Object.keys(golden).filter((key) => key.endsWith(".after"));
  expect(after).toHaveLength(6);
  for (const key of after) {
    const buffer = model.namedBuffers().get(key.replace(".after", "")) as tf.Variable;
    await expectTensor(buffer, golden[key], { abs: 1e-5 });
  }
}

interface Settings {
  yaml: object;
  params: number;
  strides: number[];
  batch_norm: Record<string, { eps: number; momentum: number }>;
}

const forward = ["segment_v8", "segment_11", "pose_v8", "pose_v8_two_values", "obb_v8", "classify_v8", "classify_11"];

describeGolden("forward, the four tasks", ["tasks/forward/segment_v8/eval.safetensors"], () => {
  it.each(forward)("%s in inference, plain and fused, and in training", async (name) => {
    const folder = `tasks/forward/${name}`;
    const settings: Settings = goldenJson(`${folder}/settings.json`);
    const model = new DetectionModel(parseModelConfig(settings.yaml)).eval();
    expect([model.parameterCount, model.strides]).toEqual([settings.params, settings.strides]);
    const weights = new Map(Object.entries(goldenTensors(`${folder}/weights.safetensors`)));
    loadStateDict(model, weights);
    const golden = goldenTensors(`${folder}/eval.safetensors`);
    const x = pixels(golden as Tensors & { images_u8: GoldenTensor });
    const prediction = model.forward(x);
    await compareRaw(model, prediction, golden, { abs: 1e-4, rel: 1e-4, proto: 2e-4 });
    await compareDecoded(model, prediction.decoded as tf.Tensor3D, golden);
    await compareLayers(model, x, { layers: goldenJson(`${folder}/layers.json`).slice(0, -1), firstValues });
    await compareTraining(model, goldenTensors(`${folder}/train_mode.safetensors`), settings);
    loadStateDict(model, weights);
    // Folding batch norms into filters rounds differently
    await compareDecoded(model, (await fuse(model)).forward(x).decoded as tf.Tensor3D, golden, 1e-5);
    model.dispose();
  });
});

const checkpoints = [
  { file: "tasks/forward/segment_v8/model.pt", pass: "tasks/forward/segment_v8/eval.safetensors", task: "segment" },
  ...["segment", "pose", "obb", "classify"].map((task) => ({
    ...{ file: `tasks/e2e/${task}/model.pt`, pass: `tasks/e2e/${task}/forward.safetensors`, task },
  })),
];

describeGolden("checkpoints of the four tasks", ["tasks/e2e/segment/model.pt"], () => {
  it.each(checkpoints)(
    "$file is recognized by itself and predicts as the reference does",
    async ({ file, pass, task }) => {
      const model = modelFromCheckpoint(readCheckpoint(sharedPath(`golden/${file}`)), file);
      expect(model.task).toBe(task);
      const golden = goldenTensors(pass);
      const prediction = model.forward(pixels(golden as Tensors & { images_u8: GoldenTensor }));
      await compareRaw(model, prediction, golden, { abs: 1e-4, rel: 1e-4, proto: 2e-4 });
      await compareDecoded(model, prediction.decoded as tf.Tensor3D, golden);
      model.dispose();
    },
  );

  it("know the names of classes, the shape of keypoints, and a classifier's normalizations", () => {
    const load = (task: string): DetectionModel =>
      modelFromCheckpoint(readCheckpoint(sharedPath(`golden/tasks/e2e/${task}/model.pt`)), task);
    const { nc, kpt_shape, names } = goldenJson("tasks/e2e/pose/settings.json");
    const pose = load("pose");
    expect([pose.nc, pose.head.keypointShape]).toEqual([nc, kpt_shape]);
    expect(pose.names).toEqual(Object.values(names));
    const classify = load("classify");
    expect(classify.names).toEqual(["cross", "ellipse", "pentagon", "rectangle", "square", "star", "triangle"]);
    expect([...classify.namedModules().values()].find((module) => module instanceof BatchNorm2d)).toMatchObject({
      eps: 1e-5,
      momentum: 0.1,
    });
    for (const model of [pose, classify]) model.dispose();
  });
});

/** A shipped YOLOv5 at a sixteenth of its width, with the golden weights. */
function narrowV5(name: string, nc: number, weights: string): DetectionModel {
  const { source, depth } = readModelConfig(name, { nc });
  const config = parseModelConfig(slimModelFile(source, { depth, width: 0.0625 }), { name });
  const model = new DetectionModel(config).eval();
  loadStateDict(model, new Map(Object.entries(goldenTensors(weights))));
  return model;
}

describeGolden("forward, YOLOv5's segmentation and classification", ["tasks/v5/forward_seg/eval.safetensors"], () => {
  it("segments in inference and in training", async () => {
    const folder = "tasks/v5/forward_seg";
    const model = narrowV5("yolov5n-seg", 3, `${folder}/weights.safetensors`);
    const golden = goldenTensors(`${folder}/eval.safetensors`);
    const x = pixels(golden as Tensors & { images_u8: GoldenTensor });
    const { raw, decoded } = model.forward(x);
    const { levels, prototypes } = model.head.splitMaps(raw);
    for (const [i, map] of levels.entries()) {
      // Sums of numbers around 10, a few of which come out near 0
      await expectTensor(map, await anchorsLast(golden[`raw_${i}`] as GoldenTensor), { abs: 5e-4, rel: 1e-4 });
    }
    await expectTensor(channelsFirst(prototypes as tf.Tensor4D), golden.prototypes, { abs: 2e-4, rel: 1e-4 });
    const rows = (await decoded?.data()) as Float32Array;
    const expected = golden.decoded as GoldenTensor;
    expect(decoded?.shape).toEqual(expected.shape);
    const width = expected.shape[2] as number;
    for (const [first, end, abs, rel] of [
      // Sides are (2σ)² of the raw values, which may differ by 5e-4: by twice as much, relatively. So they do in sums of blocks of 8
      [0, 4, 1e-2, 1e-3],
      [4, 8, 1e-4, 0],
      [8, width, 5e-4, 1e-4],
    ] as const) {
      const isIn = (_: number, i: number): boolean => i % width >= first && i % width < end;
      expectClose(rows.filter(isIn), (expected.data as Float32Array).filter(isIn), { abs, rel });
    }
    await compareLayers(model, x, { layers: goldenJson(`${folder}/layers.json`).slice(0, -1), firstValues });
    const trained = goldenTensors(`${folder}/train_mode.safetensors`);
    const { levels: maps, prototypes: protos } = model.head.splitMaps(
      model.train().forward(pixels(trained as Tensors & { images_u8: GoldenTensor })).raw,
    );
    for (const [i, map] of maps.entries()) {
      await expectTensor(map, await anchorsLast(trained[`raw_${i}`] as GoldenTensor), { abs: 5e-3, rel: 5e-4 });
    }
    await expectTensor(channelsFirst(protos as tf.Tensor4D), trained.prototypes, { abs: 5e-3, rel: 5e-4 });
    await compareStatistics(model, trained);
    model.dispose();
  });

  it("classifies in inference and in training", async () => {
    const folder = "tasks/v5/forward_cls";
    const model = narrowV5("yolov5n-cls", 5, `${folder}/weights.safetensors`);
    const golden = goldenTensors(`${folder}/eval.safetensors`);
    const x = pixels(golden as Tensors & { images_u8: GoldenTensor });
    const { raw, decoded } = model.forward(x);
    await compareRaw(model, { raw }, golden, { abs: 1e-4, rel: 1e-4, proto: 0 });
    const probabilities = await (decoded as tf.Tensor3D).data();
    expectClose(probabilities as Float32Array, await softmax(golden.logits as GoldenTensor), { abs: 2e-6 });
    await compareLayers(model, x, { layers: goldenJson(`${folder}/layers.json`).slice(0, -1), firstValues });
    const trained = goldenTensors(`${folder}/train_mode.safetensors`);
    const images = pixels(trained as Tensors & { images_u8: GoldenTensor });
    await compareRaw(model, model.train().forward(images), trained, { abs: 1e-3, proto: 0 });
    await compareStatistics(model, trained);
    model.dispose();
  });
});

async function softmax({ data, shape }: GoldenTensor): Promise<Float32Array> {
  return (await tf.tidy(() => tf.softmax(tf.tensor(data as Float32Array, shape))).data()) as Float32Array;
}

async function compareStatistics(model: DetectionModel, golden: Tensors): Promise<void> {
  for (const [key, tensor] of Object.entries(golden)) {
    if (!key.endsWith(".after")) continue;
    await expectTensor(model.namedBuffers().get(key.replace(".after", "")) as tf.Variable, tensor, { abs: 1e-5 });
  }
}

describe("a checkpoint of YOLOv5's classification, which has no model file", () => {
  it("is built from the shapes of its tensors", async () => {
    const model = new DetectionModel(readModelConfig("yolov5s-cls", { nc: 3 }));
    const tensors = new Map([...model.slots()].map(([name, slot]) => [name, emptyTensor(slot.shape)] as const));
    const names = ["cat", "dog", "fox"];
    const back = modelFromCheckpoint({ tensors, names }, "yolov5s-cls.pt");
    expect(back).toMatchObject({ task: "classify", family: "v5", nc: 3, names });
    expect((back.head as Classify).conv.conv.weight.shape).toEqual([1, 1, 512, 1280]);
    const other = new Map(tensors).set("model.0.conv.weight", emptyTensor([7, 7, 3, 32]));
    expect(() => modelFromCheckpoint({ tensors: other, names }, "other.pt")).toThrow(
      "other.pt contains weights but no model configuration",
    );
    back.dispose();
  });
});

/** A tensor of zeros in PyTorch's layout, for a variable of this shape. */
function emptyTensor(shape: readonly number[]): { shape: number[]; data: Float32Array } {
  const [kh = 0, kw = 0, input = 0, out = 0] = shape;
  const torch = shape.length === 4 ? [out, input, kh, kw] : [...shape];
  return { shape: torch, data: new Float32Array(torch.reduce((product, side) => product * side, 1)) };
}

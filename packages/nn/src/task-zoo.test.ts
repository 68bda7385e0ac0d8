import { describeGolden, expectClose, goldenJson, goldenTensors, slimModelFile } from "@lookonce/testing";
import "@tensorflow/tfjs-backend-cpu";
import type * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import {
  Classify,
  DetectionModel,
  DetectV8,
  describeHead,
  type ModelSummary,
  parseModelConfig,
  readModelConfig,
  requireFit,
  summarize,
} from "./index.ts";
import { Activation } from "./modules/activation.ts";
import type { HeadBranch } from "./modules/head-branch.ts";

/** Multiply-accumulates as the golden files count them: convolutions, transposed ones, linear layers. */
interface GoldenLayer {
  index: number;
  from: number | number[];
  repeats: number;
  module: string;
  params: number;
  args: unknown[];
  output_shapes_128: number[][];
  macs_128: { conv?: number; transposed?: number; linear?: number };
}

// biome-ignore lint/suspicious/noExplicitAny: golden JSON, read field by field.
type Golden = any;

function compareTotals(model: DetectionModel, golden: Golden): void {
  const summary = summarize(model);
  expect(summary).toMatchObject({
    parameters: golden.params,
    gradients: golden.params_trained,
    layers: golden.table_rows,
    strides: golden.strides,
    head: { parameters: golden.head_params, nc: golden.nc },
  });
  const total = ({ gflops, gflopsLinear }: ModelSummary): number => gflops + gflopsLinear;
  expectClose([total(summary)], [golden.gflops_640], { rel: 1e-4 });
  if (golden.gflops_224 !== null)
    expectClose([total(summarize(model, { imgsz: 224 }))], [golden.gflops_224], { rel: 1e-4 });
  expect([model.task, model.head.keypointShape]).toEqual([golden.task, golden.kpt_shape]);
  const { head } = model;
  if (head instanceof DetectV8) {
    expect(head).toMatchObject({
      channels: golden.head_channels,
      boxWidth: golden.head_box_width,
      classWidth: golden.head_cls_width,
      extraWidth: golden.head_extra_width,
      extras: golden.head_extra_outputs,
    });
    const description = describeHead(head);
    const proto = golden.masks && {
      count: golden.masks,
      hidden: golden.proto_hidden,
      parameters: golden.proto_params,
    };
    expect("prototypes" in description ? description.prototypes : undefined).toEqual(proto);
  } else {
    const { conv } = head as Classify;
    expect(conv.conv.weight.shape.slice(2)).toEqual([golden.head_in, golden.head_hidden]);
  }
}

function compareLayers(model: DetectionModel, layers: readonly GoldenLayer[]): void {
  const { modules } = summarize(model, { imgsz: 128 });
  expect(modules).toHaveLength(layers.length);
  for (const [i, golden] of layers.entries()) compareLayer(modules[i] as (typeof modules)[number], golden);
}

function compareLayer(layer: ModelSummary["modules"][number], golden: GoldenLayer): void {
  const { conv = 0, transposed = 0, linear = 0 } = golden.macs_128;
  expect(layer).toMatchObject({
    index: golden.index,
    from: golden.from,
    repeats: golden.repeats,
    name: golden.module,
    parameters: golden.params,
    args: golden.args,
    macs: conv + transposed,
    linearMacs: linear,
  });
  const [[, ...first]] = golden.output_shapes_128 as [number[]];
  if (typeof layer.shape[0] === "number" && first.length === 3) {
    expect(layer.shape).toEqual([first[1], first[2], first[0]]);
  }
}

const totals = "tasks/params/totals.json";
const variants = "tasks/params/variants.json";

describeGolden("the zoo of the four tasks", [totals, variants], () => {
  it.each(Object.keys(goldenJson(totals)))("meets the totals of %s", (name) => {
    compareTotals(new DetectionModel(readModelConfig(name)), goldenJson(totals)[name]);
  });

  it.each(Object.keys(goldenJson(variants)))("meets %s, with the rule for layers as wide as the classes", (name) => {
    const golden = goldenJson(variants)[name];
    const [stem] = name.split("_") as [string];
    const keypointShape = golden.kpt_shape === undefined ? {} : { keypointShape: golden.kpt_shape };
    const model = new DetectionModel(readModelConfig(stem, { nc: golden.nc, ...keypointShape }));
    compareTotals(model, golden);
    const { modules } = summarize(model, { imgsz: 128 });
    compareLayer(modules[0] as (typeof modules)[number], golden.first_layer);
    compareLayer(modules.at(-1) as (typeof modules)[number], golden.head);
  });

  it.each([
    ...["yolov8n-seg", "yolov8n-seg-p6", "yolov8n-pose", "yolov8n-pose-p6", "yolov8n-obb", "yolov8n-cls"],
    ...["yolo11n-seg", "yolo11n-pose", "yolo11n-obb", "yolo11n-cls"],
  ])("meets every layer of %s", (name) => {
    compareLayers(new DetectionModel(readModelConfig(name)), goldenJson(`tasks/params/layers_${name}.json`));
  });

  it.each(["yolov8n-seg", "yolo11n-pose", "yolov8n-obb"])("starts %s with the biases of a detector", async (name) => {
    const golden = goldenJson(totals)[name];
    const { head } = new DetectionModel(readModelConfig(name));
    const [{ boxes, classes, extras }] = (head as DetectV8).parts as [HeadBranch];
    for (const [key, branch] of [["box", boxes] as const, ["cls", classes] as const]) {
      for (const [level, expected] of golden.head_bias_init[key].entries()) {
        const bias = branch.namedVariables().get(`${level}.2.bias`) as tf.Variable;
        expectClose([...new Set(await bias.data())], [expected], { rel: 1e-6 });
      }
    }
    // The third branch is left as it is drawn; without weights it is 0.
    expect(await extras[0]?.namedVariables().get("0.2.bias")?.data()).toEqual(new Float32Array(head.extras));
  });
});

describeGolden("YOLOv5's models for segmentation and classification", ["tasks/v5/params/totals.json"], () => {
  const all: Record<string, Golden> = goldenJson("tasks/v5/params/totals.json");
  const isWhole = (name: string): boolean => !name.includes("_nc");

  it.each(Object.keys(all).filter((name) => !isWhole(name)))("meets the size and the head of %s", (name) => {
    const { nc, params, head } = all[name];
    const [stem] = name.split("_") as [string];
    const { parameters, modules } = summarize(new DetectionModel(readModelConfig(stem, { nc })));
    expect(parameters).toBe(params);
    expect(modules.at(-1)).toMatchObject({ name: head.module, parameters: head.params, args: head.args });
  });

  it.each(Object.keys(all).filter(isWhole))("meets the totals of %s", (name) => {
    const golden = all[name];
    const model = new DetectionModel(readModelConfig(name));
    const imgsz = golden.task === "classify" ? 224 : 640;
    const summary = summarize(model, { imgsz });
    expect(model).toMatchObject({ task: golden.task, nc: golden.nc, family: "v5" });
    expect(summary).toMatchObject({ parameters: golden.params, head: { parameters: golden.head_params } });
    expect(summary.modules).toHaveLength(golden.table_rows);
    expectClose([summary.gflops + summary.gflopsLinear], [golden.gflops_640 ?? golden.gflops_224], { rel: 1e-4 });
    if (golden.task === "classify") {
      expect(model.head).toBeInstanceOf(Classify);
      return;
    }
    // YOLOv5 has one activation for all layers.
    const modules = [...model.namedModules().values()];
    const shared = modules.filter((module) => module instanceof Activation && module.kind !== "identity").length;
    expect(modules.length - shared + 1).toBe(golden.modules);
    expectClose(model.anchors.flat(2), golden.anchors_grid_units.flat(2), { rel: 1e-6 });
    expect(model.strides).toEqual(golden.strides);
    expect(describeHead(model.head)).toMatchObject({
      outputs: 3 * golden.outputs_an_anchor,
      prototypes: { count: golden.masks, hidden: golden.proto_hidden, parameters: golden.proto_params },
    });
  });

  it.each(["seg", "cls"])("meets every layer of yolov5n-%s", (task) => {
    const { modules } = summarize(new DetectionModel(readModelConfig(`yolov5n-${task}`)));
    const layers = goldenJson(`tasks/v5/params/layers_yolov5n-${task}.json`);
    for (const [i, { index, from, number: repeats, module, params, args }] of layers.entries()) {
      const name = module.replace("nn.", "");
      expect(modules[i]).toMatchObject({ index, from, repeats, name, parameters: params, args });
    }
  });

  it("has the tensors of the reference in yolov5n-cls, whatever the number of classes", () => {
    const weights = goldenTensors("tasks/v5/forward_cls/weights.safetensors");
    const { source } = readModelConfig("yolov5n-cls", { nc: 5 });
    const narrow = parseModelConfig(slimModelFile(source, { depth: 0.33, width: 0.0625 }));
    expect(requireFit(new DetectionModel(narrow), new Map(Object.entries(weights)), "weights").loaded.length).toBe(162);
    // A detector's layer of 64 channels is scaled here: what it was cut out of had other outputs.
    const { modules } = summarize(new DetectionModel(readModelConfig("yolov5n-cls", { nc: 64 })));
    expect(modules[0]?.args[1]).toBe(16);
  });
});

describe("heads of the four tasks, from model files", () => {
  const head = (layer: unknown[], more: object = {}): DetectionModel => {
    const { source } = readModelConfig("yolov8n");
    const layers = (source.head as unknown[][]).slice(0, -1);
    const document = { ...source, nc: 3, ...more, head: [...layers, [[15, 18, 21], 1, ...layer]] };
    return new DetectionModel(parseModelConfig(document, { name: "mine.yaml" }));
  };

  it("count prototypes and the channels within as the file says", () => {
    const { head: made, layers } = head(["Segment", ["nc", 16, 128]]);
    expect([made.extras, made.prototypes, made.extrasName]).toEqual([16, 16, "mask coefficients"]);
    expect(layers.at(-1)?.args).toEqual([3, 16, 32, [64, 128, 256]]);
  });

  it.each<[string, unknown[], object, RegExp]>([
    [
      "no shape of keypoints",
      ["Pose", ["nc", "kpt_shape"]],
      {},
      /mine\.yaml, layer 22 \(Pose\): argument 2 \(kpt_shape\) is null: \[keypoints, values/,
    ],
    [
      "keypoints of four values",
      ["Pose", ["nc", "kpt_shape"]],
      { kpt_shape: [5, 4] },
      /mine\.yaml: kpt_shape is \[5,4\]: \[keypoints/,
    ],
    ["two angles", ["OBB", ["nc", 2]], {}, /mine\.yaml, layer 22 \(OBB\): argument 2 \(angles\) is 2: 1 is expected/],
    ["several inputs", ["Classify", ["nc"]], {}, /layer 22 \(Classify\): accepts one input, but reads from 3 layers/],
    [
      "anchors for two levels",
      [
        "Segment",
        [
          "nc",
          [
            [1, 2],
            [3, 4],
          ],
          32,
          256,
        ],
      ],
      {},
      /layer 22 \(Segment\): anchors are/,
    ],
    ["another number of classes", ["OBB", [80, 1]], {}, /layer 22 \(OBB\): has 80 classes where nc is 3/],
    [
      "a family that does not exist",
      ["OBB", ["nc", 1]],
      { family: "v99" },
      /mine\.yaml: family is "v99": one of v5, v8, v9, v10, v12, v26 is expected/,
    ],
  ])("refuse %s", (_, layer, more, message) => {
    expect(() => head(layer, more)).toThrow(message);
  });

  it("keep the shape of keypoints in what is saved with the weights", () => {
    const { config } = new DetectionModel(readModelConfig("yolov8n-pose", { nc: 2, keypointShape: [5, 2] }));
    expect(config.source).toMatchObject({ nc: 2, kpt_shape: [5, 2] });
    expect(new DetectionModel(parseModelConfig(config.source)).head).toMatchObject({
      keypointShape: [5, 2],
      extras: 10,
    });
  });
});

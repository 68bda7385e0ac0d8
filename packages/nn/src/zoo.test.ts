import { describeGolden, expectClose, goldenJson } from "@lookonce/testing";
import "@tensorflow/tfjs-backend-cpu";
import { describe, expect, it } from "vitest";
import { DetectionModel, type ModelSummary, readModelConfig, shippedModels, summarize } from "./index.ts";
import { Activation } from "./modules/activation.ts";

interface Measured {
  summary: ModelSummary;
  /** Modules when all equal activations are one, as YOLOv5 7.0 has it. */
  sharedCount: number;
  saved: number[];
  backbone: number;
  anchors: number[][][];
}

/** Builds a model, measures it and frees it. */
function measure(name: string, nc = 80): Measured {
  const model = new DetectionModel(readModelConfig(name, { nc }));
  const summary = summarize(model);
  const modules = [...model.namedModules().values()];
  const shared = modules.filter((module) => module instanceof Activation && module.kind !== "identity").length;
  const saved = model.layers
    .flatMap(({ from, sources }) => sources.filter((_, i) => [from].flat()[i] !== -1))
    .sort((a, b) => a - b);
  const backbone = summary.modules
    .slice(0, model.config.backboneLayers)
    .reduce((sum, layer) => sum + layer.parameters, 0);
  const measured = { summary, sharedCount: modules.length - shared + 1, saved, backbone, anchors: model.anchors };
  model.dispose();
  return measured;
}

const v8Names = [
  "yolov8n",
  "yolov8s",
  "yolov8m",
  "yolov8l",
  "yolov8x",
  "yolov8n-p2",
  "yolov8s-p2",
  "yolov8m-p2",
  "yolov8l-p2",
  "yolov8x-p2",
  "yolov8n-p6",
  "yolov8s-p6",
  "yolov8m-p6",
  "yolov8l-p6",
  "yolov8x-p6",
  "yolov8n-ghost",
  "yolov5n",
  "yolov5s",
  "yolov5m",
  "yolov5l",
  "yolov5x",
  "yolov3",
  "yolov3-tiny",
  "yolov3-spp",
  "yolo11n",
  "yolo11s",
  "yolo11m",
  "yolo11l",
  "yolo11x",
];
const v5Names = [
  "yolov5n",
  "yolov5s",
  "yolov5m",
  "yolov5l",
  "yolov5x",
  "hub/yolov5n6",
  "hub/yolov5s6",
  "hub/yolov5m6",
  "hub/yolov5l6",
  "hub/yolov5x6",
  "hub/yolov5-p2",
  "hub/yolov5-p34",
  "hub/yolov5-p6",
  "hub/yolov5-p7",
  "hub/yolov5-bifpn",
  "hub/yolov5-fpn",
  "hub/yolov5-panet",
  "hub/yolov5s-ghost",
  "hub/yolov5s-transformer",
  "hub/yolov3",
  "hub/yolov3-spp",
  "hub/yolov3-tiny",
];

/** YOLOv8's project calls its anchor-free versions of older models as those are called; here they end in u. */
function ourName(name: string): string {
  return /^yolov[35]/.test(name) ? `${name}u` : name;
}

describeGolden("the YOLOv8 zoo", ["v8/params/totals_nc80.json"], () => {
  const compare = ({ summary }: Measured, golden: Record<string, number | number[]>): void => {
    expect({ ...summary, gflops: Number(summary.gflops.toFixed(4)) }).toMatchObject({
      parameters: golden.params,
      gradients: golden.trainable_params,
      layers: golden.layers,
      strides: golden.strides,
      gflops: golden.gflops_640,
      head: { parameters: golden.head_params },
    });
  };

  it.each(v8Names)("meets the totals of %s", (name) => {
    compare(measure(ourName(name)), goldenJson("v8/params/totals_nc80.json")[name]);
  });

  it.each([1, 3])("meets the totals of yolov8x-p2 with %i classes", (nc) => {
    compare(measure("yolov8x-p2.yaml", nc), goldenJson("v8/params/variants.json")[`yolov8x-p2_nc${nc}`]);
  });

  it.each(["yolov8x", "yolov8x-p2", "yolov8n-p6", "yolo11n"])("meets every layer of %s", (name) => {
    const { modules } = measure(name).summary;
    for (const [i, golden] of goldenJson(`v8/params/layers_${name}.json`).entries()) {
      const { index, from, repeats, module, params, args, macs_640 } = golden;
      expect(modules[i]).toMatchObject({
        index,
        from,
        repeats,
        name: module,
        parameters: params,
        args,
        macs: macs_640,
      });
    }
  });
});

describeGolden("the YOLOv5 zoo", ["v5/params/totals.json", "v5/params/v70.json"], () => {
  it.each(v5Names)("meets the totals of %s", (name) => {
    const golden = goldenJson("v5/params/totals.json").models[name];
    const { summary, sharedCount, saved, backbone, anchors } = measure(name.replace("hub/", ""));
    expect({ ...summary, layerCount: summary.modules.length, backbone }).toMatchObject({
      parameters: golden.parameters,
      layerCount: golden.table_rows,
      moduleCount: golden.module_count,
      strides: golden.strides,
      head: { parameters: golden.detect_parameters },
      backbone: golden.backbone_parameters,
    });
    expect(sharedCount).toBe(goldenJson("v5/params/v70.json").totals[name].module_count);
    expectClose([summary.gflops], [golden.gflops_conv_640], { rel: 1e-6 });
    expectClose([summary.gflopsLinear], [golden.gflops_linear_640], { rel: 1e-6 });
    expect(saved).toEqual(golden.save_list);
    expect(anchors.flat(2).length).toBe(golden.anchors_grid_units.flat(2).length);
    expectClose(anchors.flat(2), golden.anchors_grid_units.flat(2), { rel: 1e-6 });
  });

  it.each(["yolov5s", "yolov5s6", "yolov5-p2", "yolov5-bifpn"])("meets every layer of %s", (name) => {
    const { modules } = measure(name).summary;
    for (const [i, golden] of goldenJson(`v5/params/layers/${name}.json`).layers.entries()) {
      const { index, from, number: repeats, module, parameters, arguments: args } = golden;
      expect(modules[i]).toMatchObject({ index, from, repeats, name: module.replace("nn.", ""), parameters, args });
    }
  });
});

describe("the zoo", () => {
  it("uses LeakyReLU where the name says so, with YOLOv5s's size", () => {
    const config = readModelConfig("yolov5s-LeakyReLU.yaml");
    expect(config).toMatchObject({ activation: "leakyRelu", scale: "s" });
    expect(measure("yolov5s-LeakyReLU.yaml").summary.parameters).toBe(measure("yolov5s.yaml").summary.parameters);
  });

  it("builds every shipped model", () => {
    for (const name of shippedModels()) expect(readModelConfig(name, { nc: 1 }).layers.length).toBeGreaterThan(9);
  });
});

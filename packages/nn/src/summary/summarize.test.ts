import { describeGolden, expectClose, goldenJson } from "@lookonce/testing";
import "@tensorflow/tfjs-backend-cpu";
import { describe, expect, it } from "vitest";
import { DetectionModel, readModelConfig, summarize } from "../index.ts";

const summaryOf = (name: string, nc?: number) =>
  summarize(new DetectionModel(readModelConfig(name, nc === undefined ? {} : { nc })));

describeGolden("summarize, YOLOv8", ["v8/params/totals_nc80.json"], () => {
  const compareTotals = (summary: ReturnType<typeof summaryOf>, golden: Record<string, number | number[]>) => {
    expect(summary.parameters).toBe(golden.params);
    expect(summary.gradients).toBe(golden.trainable_params);
    expect(summary.head.parameters).toBe(golden.head_params);
    expect(summary.layers).toBe(golden.layers);
    expect(summary.strides).toEqual(golden.strides);
    expect(Number(summary.gflops.toFixed(4))).toBe(golden.gflops_640);
  };

  it.each(["yolov8n", "yolov8s"])("meets the totals of %s", (name) => {
    compareTotals(summaryOf(`${name}.yaml`), goldenJson("v8/params/totals_nc80.json")[name]);
  });

  it.each([1, 3])("meets the totals of yolov8n with %i classes", (nc) => {
    const golden = goldenJson("v8/params/variants.json")[`yolov8n_nc${nc}`];
    const summary = summaryOf("yolov8n.yaml", nc);
    compareTotals(summary, golden);
    expect(summary.modules.at(-1)?.macs).toBe(golden.head.macs_640);
  });

  it("meets every layer of yolov8n", () => {
    const { modules } = summaryOf("yolov8n.yaml");
    for (const [i, golden] of goldenJson("v8/params/layers_yolov8n.json").entries()) {
      const layer = modules[i];
      expect(layer).toMatchObject({
        index: golden.index,
        from: golden.from,
        repeats: golden.repeats,
        name: golden.module,
        parameters: golden.params,
        args: golden.args,
        macs: golden.macs_640,
      });
      const levels = (Array.isArray(golden.channels) ? layer?.shape : [layer?.shape]) as number[][];
      expect(levels.map((shape) => shape[2])).toEqual([golden.channels].flat());
      expect(levels.map((shape) => 640 / (shape[0] as number))).toEqual([golden.stride].flat());
    }
  });
});

describeGolden("summarize, YOLOv5", ["v5/params/totals.json"], () => {
  const compareTotals = (summary: ReturnType<typeof summaryOf>, golden: Record<string, number | number[]>) => {
    expect(summary.parameters).toBe(golden.parameters);
    expect(summary.head.parameters).toBe(golden.detect_parameters);
    expect([summary.modules.length, summary.moduleCount, summary.layers]).toEqual([
      golden.table_rows,
      golden.module_count,
      golden.module_count,
    ]);
    expect(summary.strides).toEqual(golden.strides);
    expectClose([summary.gflops], [golden.gflops_conv_640 as number], { rel: 1e-6 });
  };

  it.each(["yolov5n", "yolov5s"])("meets the totals of %s", (name) => {
    compareTotals(summaryOf(`${name}.yaml`), goldenJson("v5/params/totals.json").models[name]);
  });

  it.each([1, 3])("meets the totals of yolov5n with %i classes", (nc) => {
    compareTotals(summaryOf("yolov5n.yaml", nc), goldenJson("v5/params/yolov5n_other_nc.json")[`nc=${nc}`]);
  });

  it("meets every layer of yolov5n", () => {
    const { modules } = summaryOf("yolov5n.yaml");
    for (const [i, golden] of goldenJson("v5/params/layers/yolov5n.json").layers.entries()) {
      const { index, from, number: repeats, module, parameters, arguments: args } = golden;
      expect(modules[i]).toMatchObject({ index, from, repeats, name: module.replace("nn.", ""), parameters, args });
    }
  });
});

describe("summarize", () => {
  it("follows the image's size and leaves frozen parameters out of the gradients", () => {
    const model = new DetectionModel(readModelConfig("yolov8n.yaml", { nc: 2 }));
    const [full, half] = [summarize(model), summarize(model, { imgsz: [320, 640] })];
    expect(half.gflops).toBeCloseTo(full.gflops / 2, 6);
    expect(half.modules[0]?.shape).toEqual([160, 320, 16]);
    model.freeze("model.0.");
    expect(full.gradients - summarize(model).gradients).toBe(464);
  });
});

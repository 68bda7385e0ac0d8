import { Predictor } from "@lookonce/inference";
import { describeGolden } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import type { ExportOnnxOptions } from "./options.ts";
import { compareFound, compareWithReference, exported, golden, tinyTwin, useFolder } from "./test-end-to-end.ts";

const folder = useFolder();
const imgsz = [64, 96] as const;

const heads = [
  { head: "Detect, [nc]", columns: 6 },
  { head: "v10Detect, [nc]", columns: 6 },
  { head: "Segment26, [nc, 8, 16]", columns: 6 + 8 },
  { head: "Pose26, [nc, kpt_shape]", columns: 6 + 9 },
  { head: "OBB26, [nc, 1]", columns: 7 },
];

describeGolden("ONNX files of YOLO26", [`${golden}/export.json`], () => {
  it.each(["default", "embedded_nms", "end_to_end_max_det_50"])("%s: as the reference's", (name) => {
    return compareWithReference(name, folder.path(`${name}.onnx`));
  });
});

describe("files of a one-to-one branch", () => {
  it.each(heads)("$head: select what prediction selects", async ({ head, columns }) => {
    const model = tinyTwin(head);
    const file = folder.path(`${head.slice(0, 5)}.onnx`);
    const { graph, metadata } = await exported(model, { file, imgsz, nms: false });
    expect(graph.outputs[0]?.shape).toEqual([1, 300, columns]);
    expect(metadata).toMatchObject({ end2end: "True", head: head.split(",")[0] });
    await compareFound(model, file, imgsz);
    model.dispose();
  });

  it.each<Omit<ExportOnnxOptions, "file">>([
    { dynamic: true },
    { dynamic: true, maxDet: 1000 },
    { opset: 13 },
    { opset: 21, batch: 2 },
    { half: true },
    { agnosticNms: true, maxDet: 20 },
    { agnosticNms: true, dynamic: true },
  ])("%j: agree with the model when they are written", async (options) => {
    for (const head of [undefined, "OBB26, [nc, 1]", "Segment26, [nc, 8, 16]"]) {
      const model = tinyTwin(head);
      const file = folder.path("option.onnx");
      const { graph } = await exported(model, { file, imgsz, nms: false, ...options });
      const { maxDet = 300, dynamic = false } = options;
      expect(graph.outputs[0]?.shape?.[1]).toBe(dynamic ? "detections" : Math.min(maxDet, 480));
      model.dispose();
    }
  });

  it("is refused where a file is not one, but asked for", async () => {
    const model = tinyTwin();
    const file = folder.path("plain.onnx");
    await exported(model, { file, imgsz });
    await expect(Predictor.create({ onnxFile: file, nms: false })).rejects.toThrow(
      "has no end-to-end detections, which nms=false uses",
    );
    const predictor = await Predictor.create({ onnxFile: file });
    expect(predictor.branches).toEqual(["one2many"]);
    await predictor.dispose();
    model.dispose();
  });
});

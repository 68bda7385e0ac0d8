import { describeGolden } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { exportModel } from "../export-model.ts";
import { tinyModel } from "../test-tiny-model.ts";
import { compareWithReference, exported, golden, tinyTwin, useFolder } from "./test-end-to-end.ts";

const folder = useFolder();

describeGolden("an ONNX file of YOLO26's one-to-one branch", [`${golden}/export.json`], () => {
  it("is as the reference's, and finds what the model finds", () => {
    return compareWithReference("end_to_end", folder.path("end-to-end.onnx"));
  });
});

describe("nms=false", () => {
  it("writes a model of one branch as by default", async () => {
    const model = await tinyModel("v8");
    const { graph, metadata } = await exported(model, { file: folder.path("single.onnx"), imgsz: 64, nms: false });
    expect(graph.outputs).toEqual([{ name: "output0", type: "float32", shape: [1, 7, 320] }]);
    expect(metadata.end2end).toBe("False");
    model.dispose();
  });

  it("refuses thresholds, which its files do not apply, and formats that select nothing", async () => {
    const model = tinyTwin();
    const file = folder.path("none.onnx");
    await expect(exported(model, { file, imgsz: 64, nms: false, conf: 0.5 })).rejects.toThrow(
      "conf is for files with nms: set nms too, or leave conf out.",
    );
    await expect(exported(model, { file, imgsz: 64, nms: false, maxDet: 0 })).rejects.toThrow(
      "maxDet must be a whole number from 1 on, not 0.",
    );
    const tfjs = { format: "tfjs", file: folder.path("none_web_model"), imgsz: 64, nms: false } as const;
    await expect(exportModel(model, tfjs)).rejects.toThrow(
      "nms=false, which writes a model's one-to-one branch, is not for the format tfjs: onnx knows it.",
    );
    model.dispose();
  });
});

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exportFormatNames } from "@lookonce/config";
import { generateShapes } from "@lookonce/data";
import { beforeAll, describe, expect, it } from "vitest";
import { lookonce, temporaryFolder, writeTinyModel } from "../test-run.ts";

const folder = temporaryFolder();
const model = writeTinyModel(folder, 3);
const data = join(folder, "shapes", "shapes.yaml");

beforeAll(async () => {
  await generateShapes({ directory: join(folder, "shapes"), train: 6, val: 2, size: 64 });
});

interface Report {
  file: string;
  format: string;
  bytes: number;
  differences: { pixels: number; probability: number };
}

describe("lookonce export", () => {
  it("lists the formats that there are", async () => {
    const { stderr } = await lookonce("export", `model=${model}`, "format=qqqqqqqqq");
    expect(stderr).toContain(`There are ${exportFormatNames.join(", ")}.`);
  });

  it("writes ONNX beside the model and reports size, time and difference", async () => {
    const { code, stdout, stderr } = await lookonce("export", `model=${model}`, "imgsz=64");
    expect(stderr).toMatch(/checked on coffee\.jpg: boxes differ by at most [\d.e-]+ pixels, probabilities by/);
    expect(stdout).toMatch(/saved .*tiny\.onnx \(0\.\d MB, \d+\.\d s\)\n$/);
    expect(code).toBe(0);
    expect(existsSync(join(folder, "tiny.onnx"))).toBe(true);
  });

  it("writes several formats, each with its options, and prints their reports as JSON", async () => {
    const argv = ["export", `model=${model}`, "format=tfjs,safetensors,pt", "imgsz=64,96", "half", "dynamic", "--json"];
    const finished = await lookonce(...argv);
    expect(finished.code).toBe(0);
    expect(finished.stderr).toContain("safetensors is written without dynamic, which it does not know");
    expect(finished.stderr).toContain("of what it is sure of, boxes differ by a mean of");
    const { exports } = finished.json<{ exports: Report[] }>();
    expect(exports.map(({ format }) => format)).toEqual(["tfjs", "safetensors", "torch"]);
    for (const { file } of exports) expect(existsSync(file)).toBe(true);
    const json = JSON.parse(readFileSync(join(folder, "tiny_web_model", "model.json"), "utf8"));
    expect(json.userDefinedMetadata).toMatchObject({ imgsz: [64, 96], dynamic: true, precision: "float16" });
  });

  it("learns ranges for 8 bits from a data set, into the file that is named", async () => {
    const file = join(folder, "small.onnx");
    const argv = ["export", `model=${model}`, "imgsz=64", "int8", `data=${data}`, `file=${file}`, "--json"];
    const finished = await lookonce(...argv);
    expect(finished.stderr).toContain("train: 6 images");
    expect(finished.code).toBe(0);
    expect(finished.json<Report>()).toMatchObject({ file, format: "onnx" });
  });

  it.each([
    [["format=onxn"], /there is no format "onxn"\. Did you mean "onnx"\?/],
    [["format=openvino"], /not written here: OpenVINO reads \.onnx as it is/],
    [["format=tfjs", "opset=12"], /opset=12 is not possible: expected opset=whole number 13\.\.22/],
    [["format=tfjs", "nms"], /nms is not for the format tfjs: onnx knows it/],
    [["format=onnx,tfjs", "file=x.onnx"], /file names one place, and 2 formats are asked for/],
    [["imgsz=64,64,64"], /imgsz=64,64,64 is not possible: expected imgsz=side\|height,width/],
    [["formt=onnx"], /no option "formt"\. Did you mean "format"\?/],
  ])("refuses %j as a mistake in the command line", async (argv, message) => {
    const { code, stderr } = await lookonce("export", `model=${model}`, ...argv);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { type Image, readImage } from "@lookonce/image";
import { Predictor, type Results } from "@lookonce/inference";
import { DetectionModel, modelFromCheckpoint, parseModelConfig } from "@lookonce/nn";
import { modelMetadata, type OnnxModel, parseModel } from "@lookonce/onnx";
import { Random } from "@lookonce/random";
import { expectClose, goldenJson, sharedPath, tinyNeckYaml } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect } from "vitest";
import { useOnnxRuntime } from "../test-tiny-model.ts";
import { exportOnnx } from "./export-onnx.ts";
import type { ExportOnnxOptions } from "./options.ts";

/** The folder of the golden YOLO26. */
export const golden = "families/e2e";

/** A folder of files for the tests of a file, on the backend that exports use. */
export function useFolder(): { path: (name: string) => string } {
  let folder = "";
  beforeAll(async () => {
    await useOnnxRuntime();
    folder = mkdtempSync(join(tmpdir(), "lookonce-end-to-end-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return { path: (name) => join(folder, name) };
}

/** The golden YOLO26. */
export function trained(): DetectionModel {
  return modelFromCheckpoint(readCheckpoint(sharedPath(`golden/${golden}/model.pt`)), "model.pt");
}

/** A small model with a head of two branches and random weights, whose anchors differ in their confidences. */
export function tinyTwin(head = "Detect, [nc]"): DetectionModel {
  const keys = head.startsWith("v10") ? "" : "end2end: true\nreg_max: 1\n";
  const file = `${tinyNeckYaml("v8", head)}\n${keys}kpt_shape: [3, 3]\n`;
  const model = new DetectionModel(parseModelConfig(file, { name: "twin" }), { rng: new Random(4) });
  for (const [path, { value }] of model.slots()) {
    const isBias = /cv3\.\d\.2\.bias$/.test(path);
    // Confidences must differ by more than rounding; the values of bins are no weights
    if (path.includes("dfl")) continue;
    if (isBias || /(conv|cv3\.\d\.2)\.weight$/.test(path)) {
      tf.tidy(() => value.assign(isBias ? tf.add(value, 8) : tf.mul(value, 3)));
    }
  }
  return model.eval();
}

/** A file that was written, and what it says of itself. */
interface ExportedFile {
  graph: OnnxModel["graph"];
  metadata: Readonly<Record<string, string>>;
}

/** Exports a model and returns the file with what it says of itself. */
export async function exported(model: DetectionModel, options: ExportOnnxOptions): Promise<ExportedFile> {
  await exportOnnx(model, options);
  const onnx = parseModel(readFileSync(options.file), options.file);
  return { graph: onnx.graph, metadata: modelMetadata(onnx) };
}

function noise([height, width]: readonly [number, number]): Image {
  const rng = new Random(1);
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, () => rng.integer(0, 256)) };
}

/** Rows of left, top, right, bottom, confidence, class. */
function rowsOf(boxes: Results["boxes"] | undefined): number[][] {
  return Array.from({ length: boxes?.count ?? 0 }, (_, i) => {
    return [...boxes!.boxes.subarray(4 * i, 4 * i + 4), boxes!.scores[i]!, boxes!.classes[i]!];
  });
}

/** Compares what a file and the model's one-to-one branch find in an image, by default one of noise, without equal places. */
export async function compareFound(
  model: DetectionModel,
  file: string,
  imgsz: readonly [number, number],
  image: Image = noise(imgsz),
): Promise<void> {
  const [ours, theirs] = await Promise.all(
    [
      { model, nms: false },
      { onnxFile: file, nms: false },
    ].map(async (source) => {
      const predictor = await Predictor.create({ ...source, imgsz, rect: false, workers: 0, conf: 0.001, maxDet: 30 });
      const results = await predictor.detect(image);
      await predictor.dispose();
      return results;
    }),
  );
  const [expected, found] = [ours?.boxes, theirs?.boxes];
  expect(found?.count).toBe(expected?.count);
  expect(found?.count).toBeGreaterThan(0);
  expectClose(found?.scores ?? [], expected?.scores ?? [], { abs: 1e-4 });
  // Of nearly the same confidence one may come before the other, or be the last in its stead
  const last = (expected?.scores.at(-1) ?? 0) + 1e-4;
  const rows = rowsOf(expected);
  for (const row of rowsOf(found)) {
    const isNear = (one: readonly number[]): boolean => one.every((value, i) => Math.abs(value - row[i]!) <= 0.05);
    expect(row[4]! <= last || rows.some(isNear), row.join()).toBe(true);
  }
  expect(Object.keys(theirs?.entries ?? {})).toEqual(Object.keys(ours?.entries ?? {}));
}

/** Writes a golden case's file and compares its inputs, outputs and description with the reference's. */
export async function compareWithReference(name: string, file: string): Promise<void> {
  const { arguments: given, shapes, metadata: expected } = goldenJson(`${golden}/export.json`).results[name];
  const imgsz = [96, 160] as const;
  const model = trained();
  const options = { nms: given.nms as boolean | undefined, ...(given.max_det && { maxDet: given.max_det }) };
  const { graph, metadata } = await exported(model, { file, imgsz, ...options });
  expect(Object.fromEntries([...graph.inputs, ...graph.outputs].map((port) => [port.name, port.shape]))).toEqual(
    shapes,
  );
  const { end2end, head, task, stride, batch, channels } = expected;
  expect(metadata).toMatchObject({ end2end, head, task, stride, batch, channels, imgsz: "[96, 160]" });
  expect(graph.nodes.some(({ op }) => op === "TopK")).toBe(given.nms === false);
  expect(graph.nodes.some(({ op }) => op === "NonMaxSuppression")).toBe(given.nms === true);
  const image = await readImage(sharedPath(`golden/${golden}/dataset/images/val/000.png`));
  if (given.nms === false) await compareFound(model, file, imgsz, image);
  model.dispose();
}

// What export-in-browser.slow.test.ts does in a worker of a page and, to compare with, in Node.
import { registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { join, readFileSync } from "@lookonce/files";
import { DetectionModel, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { exportModel } from "./export-model.ts";

export async function start(options: Parameters<typeof registerOnnxRuntime>[0] = {}): Promise<void> {
  await registerOnnxRuntime(options);
  await tf.setBackend("onnxruntime");
}

/** Exports a new model in two formats. Returns the files, encoded as base 64, and how far the ONNX file is from the model. */
export async function write(
  modelFile: string,
  folder: string,
): Promise<Record<"onnx" | "safetensors" | "far", string>> {
  const model = new DetectionModel(parseModelConfig(modelFile, { name: "tiny.yaml" }), { rng: new Random(0) });
  const files = { onnx: join(folder, "model.onnx"), safetensors: join(folder, "model.safetensors") };
  const { largestDifference } = await exportModel(model, { format: "onnx", file: files.onnx, imgsz: 64 });
  await exportModel(model, { format: "safetensors", file: files.safetensors });
  model.dispose();
  const [onnx, safetensors] = [files.onnx, files.safetensors].map((file) =>
    btoa(Array.from(readFileSync(file), (byte) => String.fromCharCode(byte)).join("")),
  ) as [string, string];
  return { onnx, safetensors, far: String(largestDifference) };
}

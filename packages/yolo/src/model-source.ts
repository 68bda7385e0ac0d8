import type { Checkpoint } from "@lookonce/checkpoint";
import { LookonceError } from "@lookonce/errors";
import { existsSync, extname, join, statSync } from "@lookonce/files";
import type { ModelConfig } from "@lookonce/nn";
import { findWeightsFile, isPublished } from "#find-weights-file";
import type { FetchOptions } from "./find-weights-file.ts";
import { nearby } from "./nearby-models.ts";
import type { LogOptions } from "./open-dataset.ts";

/** What a model is made from. */
export type ModelSource =
  | { kind: "checkpoint"; name: string; checkpoint: Checkpoint }
  | { kind: "config"; name: string; config: ModelConfig }
  | { kind: "onnx"; name: string }
  | { kind: "tfjs"; name: string };

export interface FindModelOptions extends LogOptions {
  /** How published weights that are not here are fetched. Default: from their publisher, into the platform's cache folder. */
  fetch?: FetchOptions | undefined;
}

/**
 * Finds a model as `YOLO.load` does; also by the folder of TensorFlow.js's `model.json`, and published weights such as
 * `yolov8n.pt` for short as `yolov8n`. Those keep their short name.
 */
export async function findModel(name: string, options: FindModelOptions = {}): Promise<ModelSource> {
  const kind = extname(name).toLowerCase();
  switch (kind) {
    case ".pt":
    case ".pth":
    case ".safetensors":
      return openWeights(name, options);
    case ".onnx":
    case ".json":
      requireFile(name);
      return { kind: kind === ".onnx" ? "onnx" : "tfjs", name };
    case ".yaml":
    case ".yml":
      return openConfig(name);
    default:
      if (isFolder(name)) return openFolder(name);
      if (existsSync(name) || kind !== "") throw noModel(name, kind);
      return (await isPublished(`${name}.pt`)) ? openWeights(`${name}.pt`, options) : openConfig(name);
  }
}

async function openWeights(name: string, options: FindModelOptions): Promise<ModelSource> {
  const found = existsSync(name) ? { name, file: name } : await findWeightsFile(name, options);
  requireFile(found.file);
  const { readCheckpoint } = await import("@lookonce/checkpoint");
  return { kind: "checkpoint", name: found.name, checkpoint: readCheckpoint(found.file) };
}

async function openConfig(name: string): Promise<ModelSource> {
  const { readModelConfig } = await import("@lookonce/nn");
  return { kind: "config", name, config: readModelConfig(name) };
}

/** A folder stands for the graph model of TensorFlow.js that it contains. */
function openFolder(name: string): ModelSource {
  const file = join(name, "model.json");
  if (existsSync(file)) return { kind: "tfjs", name: file };
  const best = join(name, "weights", "best.safetensors");
  const hint = existsSync(best) ? ` The best weights of that training are ${best}.` : nearby(join(name, "model.json"));
  throw new LookonceError("ARGUMENT", `${name} is a folder without a model.json: name a model's file.${hint}`);
}

function isFolder(name: string): boolean {
  // statSync throws for a name that is too long
  return existsSync(name) && statSync(name).isDirectory();
}

function requireFile(path: string): void {
  if (!existsSync(path)) throw new LookonceError("NOT_FOUND", `there is no model ${path}.${nearby(path)}`);
  if (isFolder(path)) throw new LookonceError("ARGUMENT", `${path} is a folder, not a model's file.`);
}

/** What other programs make of the same weights. */
const foreign: Readonly<Record<string, string>> = {
  ".engine": "TensorRT",
  ".torchscript": "TorchScript",
  ".mlpackage": "Core ML",
  ".mlmodel": "Core ML",
  ".tflite": "TensorFlow Lite",
  ".pb": "TensorFlow",
  ".xml": "OpenVINO",
  ".bin": "OpenVINO or NCNN",
  ".weights": "Darknet",
};

function noModel(name: string, kind: string): LookonceError {
  const maker = foreign[kind];
  const what = maker === undefined ? `${name} is no model` : `${name} is a model for ${maker}, which is not read`;
  const expected = "expected .pt, .safetensors, .onnx, a .yaml model file, or model.json of TensorFlow.js";
  return new LookonceError("ARGUMENT", `${what}: ${expected}.`);
}

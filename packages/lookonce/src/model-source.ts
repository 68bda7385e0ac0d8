import { existsSync, statSync } from "node:fs";
import { extname } from "node:path";
import type { Checkpoint } from "@lookonce/checkpoint";
import { LookonceError } from "@lookonce/errors";
import type { ModelConfig } from "@lookonce/nn";

/** What a model is made from. */
export type ModelSource =
  | { kind: "checkpoint"; name: string; checkpoint: Checkpoint }
  | { kind: "config"; name: string; config: ModelConfig }
  | { kind: "onnx"; name: string };

/**
 * Finds a model by its file: weights (`.pt`, `.safetensors`), a model file (`.yaml`, or the name of one that is shipped,
 * such as `yolov8n.yaml` or `yolov8n`), or an exported model (`.onnx`).
 *
 * @throws LookonceError `NOT_FOUND` when there is no such file, `ARGUMENT` for another kind of file, and what reading the
 * file throws
 */
export async function findModel(name: string): Promise<ModelSource> {
  const kind = extname(name).toLowerCase();
  switch (kind) {
    case ".pt":
    case ".pth":
    case ".safetensors": {
      requireFile(name);
      const { readCheckpoint } = await import("@lookonce/checkpoint");
      return { kind: "checkpoint", name, checkpoint: readCheckpoint(name) };
    }
    case ".onnx":
      requireFile(name);
      return { kind: "onnx", name };
    case ".yaml":
    case ".yml":
    case "": {
      const { readModelConfig } = await import("@lookonce/nn");
      return { kind: "config", name, config: readModelConfig(name) };
    }
    default:
      throw new LookonceError(
        "ARGUMENT",
        `${name} is no model: expected .pt, .safetensors or .onnx weights, or a .yaml model file.`,
      );
  }
}

function requireFile(path: string): void {
  if (!existsSync(path)) {
    throw new LookonceError(
      "NOT_FOUND",
      `there is no model ${path}. Weights are not downloaded: put the file there, or start from scratch with a model file such as yolov8n.yaml.`,
    );
  }
  if (!statSync(path).isFile()) throw new LookonceError("ARGUMENT", `${path} is a folder, not a model's file.`);
}

import type { KeypointSpec } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import type { ModelSource } from "./model-source.ts";

/** The model that a source describes: with its weights, or, from a model file, with random ones. */
export async function buildModel(
  source: ModelSource,
  { seed, use }: { seed: number; use: string },
): Promise<DetectionModel> {
  const { DetectionModel, modelFromCheckpoint } = await import("@lookonce/nn");
  if (source.kind === "onnx" || source.kind === "tfjs") throw exportedOnlyPredicts(source.name, use);
  if (source.kind === "checkpoint") return modelFromCheckpoint(source.checkpoint, source.name);
  const { Random } = await import("@lookonce/random");
  return new DetectionModel(source.config, { rng: new Random(seed) }).eval();
}

/** The model for its shapes alone, without memory for weights or a device. A checkpoint's weights are compared with it. */
export async function outlineModel(source: ModelSource, { use }: { use: string }): Promise<DetectionModel> {
  const { DetectionModel, modelFileOf, parseModelConfig, requireFit } = await import("@lookonce/nn");
  if (source.kind === "onnx" || source.kind === "tfjs") throw exportedOnlyPredicts(source.name, use);
  if (source.kind === "config") return new DetectionModel(source.config);
  const { names, tensors } = source.checkpoint;
  const config = modelFileOf(source.checkpoint);
  if (config === undefined) throw withoutConfig(source.name, use);
  const model = new DetectionModel(
    parseModelConfig(config, { name: source.name }),
    names === undefined ? {} : { names },
  );
  requireFit(model, tensors, source.name);
  return model;
}

/** What a model has of the data set that it is trained on. */
export interface ForData {
  names: readonly string[];
  seed: number;
  /** Anchors on each level, where AutoAnchor is to find others than the model has. */
  anchors?: number;
  /** Of poses. */
  keypoints?: KeypointSpec | undefined;
}

/**
 * The model of a source for the classes and keypoints of a data set, and a line on what was taken over. With another number of classes or
 * anchors on each level than the weights have, whatever fits is taken over, and the outputs start anew.
 */
export async function buildForClasses(
  source: ModelSource,
  { names, seed, anchors, keypoints }: ForData,
): Promise<{ model: DetectionModel; report: string }> {
  const { DetectionModel, modelFileOf, parseModelConfig, transfer } = await import("@lookonce/nn");
  const { Random } = await import("@lookonce/random");
  if (source.kind === "onnx" || source.kind === "tfjs") throw exportedOnlyPredicts(source.name, "train");
  const given = source.kind === "config" ? source.config.source : modelFileOf(source.checkpoint);
  if (given === undefined) throw withoutConfig(source.name, "train");
  const asked = anchors === undefined || anchors === anchorsPerLevel(given) ? given : { ...given, anchors };
  const shape = keypoints === undefined ? {} : { keypointShape: keypoints.shape };
  const config = parseModelConfig(asked, { name: source.name, nc: names.length, ...shape });
  const model = new DetectionModel(config, { names, rng: new Random(seed) });
  if (source.kind === "config") return { model, report: `${source.name}: ${names.length} classes, random weights` };
  const { summary } = transfer(model, source.checkpoint.tensors);
  return { model, report: `${source.name}: ${summary}` };
}

/** How many anchors a model file has on each level, as far as it says so at its top. */
function anchorsPerLevel({ anchors }: Readonly<Record<string, unknown>>): number | undefined {
  const [first] = Array.isArray(anchors) ? anchors : [];
  return Array.isArray(first) ? first.length / 2 : undefined;
}

function withoutConfig(name: string, use: string): LookonceError {
  return new LookonceError(
    "FORMAT",
    `${name} contains weights but no model configuration: it cannot be used to ${use}.`,
  );
}

function exportedOnlyPredicts(name: string, use: string): LookonceError {
  return new LookonceError(
    "UNSUPPORTED",
    `${name}: an exported model can be used to predict, not to ${use}; load the .pt or .safetensors file that it was made from.`,
  );
}

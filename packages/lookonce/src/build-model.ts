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

/**
 * The model that a source describes for its shapes alone: it needs no memory for weights and needs no device. A
 * checkpoint's weights are compared with it.
 *
 * @throws LookonceError when the weights do not fit the model that their file describes
 */
export async function outlineModel(source: ModelSource, { use }: { use: string }): Promise<DetectionModel> {
  const { DetectionModel, parseModelConfig, requireFit } = await import("@lookonce/nn");
  if (source.kind === "onnx" || source.kind === "tfjs") throw exportedOnlyPredicts(source.name, use);
  if (source.kind === "config") return new DetectionModel(source.config);
  const { config, names, tensors } = source.checkpoint;
  if (config === undefined) throw withoutConfig(source.name, use);
  const model = new DetectionModel(
    parseModelConfig(config, { name: source.name }),
    names === undefined ? {} : { names },
  );
  requireFit(model, tensors, source.name);
  return model;
}

/** What {@link buildForClasses} made. */
export interface AdaptedModel {
  model: DetectionModel;
  /** What was taken over and what was not, for a person. */
  report: string;
}

/** Options of {@link buildForClasses}. */
export interface BuildForClassesOptions {
  names: readonly string[];
  seed: number;
  /** Anchors on each level of an anchor-based model, in place of its own; AutoAnchor is to find their sizes. */
  anchors?: number;
}

/**
 * The model of a source for the classes of a data set. With another number of classes or anchors than the weights have,
 * whatever fits is taken over, and the outputs start anew.
 */
export async function buildForClasses(
  source: ModelSource,
  { names, seed, anchors }: BuildForClassesOptions,
): Promise<AdaptedModel> {
  const { DetectionModel, parseModelConfig, transfer } = await import("@lookonce/nn");
  const { Random } = await import("@lookonce/random");
  if (source.kind === "onnx" || source.kind === "tfjs") throw exportedOnlyPredicts(source.name, "train");
  const given = source.kind === "config" ? source.config.source : source.checkpoint.config;
  if (given === undefined) throw withoutConfig(source.name, "train");
  const asked = anchors === undefined || anchors === anchorsPerLevel(given) ? given : { ...given, anchors };
  const config = parseModelConfig(asked, { name: source.name, nc: names.length });
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

import { registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { DetectionModel, parseModelConfig, readModelConfig, shippedModels } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { slimZooFile, tinyNeckYaml } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";

/** Makes `onnxruntime` the current backend, registering it where it is not. */
export async function useOnnxRuntime(): Promise<void> {
  if (tf.getBackend() === "onnxruntime") return;
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
}

/**
 * A model with random weights and strides 4 and 8, on the `onnxruntime` backend.
 *
 * @param head its module and arguments, where it is not a detector
 */
export async function tinyModel(family: "v5" | "v8", seed = 5, head?: string): Promise<DetectionModel> {
  await useOnnxRuntime();
  const config = parseModelConfig(tinyNeckYaml(family, head), { name: `tiny-${family}` });
  return new DetectionModel(config, { rng: new Random(seed), names: ["cat", "d'og", "bird"] }).eval();
}

/** The shipped models, but for files that differ from another in nothing but how many channels and modules they have. */
export const zooModels: readonly string[] = shippedModels().filter((name) => !/^yolov(9[sm]|10[smbl])\./.test(name));

/** A shipped model of two classes with few channels and layers: what connects it stays the same. */
export function slimModel(name: string): DetectionModel {
  const file = slimZooFile(readModelConfig(name, { nc: 2 }).source);
  return new DetectionModel(parseModelConfig(file, { name: "slim" }), { rng: new Random(1) });
}

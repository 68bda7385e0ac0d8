import { registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { DetectionModel, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { tinyNeckYaml } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";

/** Makes `onnxruntime` the current backend, registering it where it is not. */
export async function useOnnxRuntime(): Promise<void> {
  if (tf.getBackend() === "onnxruntime") return;
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
}

/** A detector with random weights and strides 4 and 8, on the `onnxruntime` backend. */
export async function tinyModel(family: "v5" | "v8", seed = 5): Promise<DetectionModel> {
  await useOnnxRuntime();
  const config = parseModelConfig(tinyNeckYaml(family), { name: `tiny-${family}` });
  return new DetectionModel(config, { rng: new Random(seed), names: ["cat", "d'og", "bird"] }).eval();
}

import { registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { DetectionModel, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";

const yaml = (detect: string): string => `
nc: 3
anchors: [[4, 6, 10, 8], [16, 18, 24, 20]]
backbone:
  - [-1, 1, Conv, [8, 3, 2]]
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 1, C2f, [16, True]]
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 1, SPPF, [16, 5]]
head:
  - [-1, 1, nn.Upsample, [None, 2, nearest]]
  - [[-1, 2], 1, Concat, [1]]
  - [-1, 1, C3, [16, False]]
  - [[7, 4], 1, Detect, ${detect}]
`;

/** Makes `onnxruntime` the current backend, registering it where it is not. */
export async function useOnnxRuntime(): Promise<void> {
  if (tf.getBackend() === "onnxruntime") return;
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
}

/** A detector with random weights and strides 4 and 8, on the `onnxruntime` backend. */
export async function tinyModel(family: "v5" | "v8", seed = 5): Promise<DetectionModel> {
  await useOnnxRuntime();
  const config = parseModelConfig(yaml({ v8: "[nc]", v5: "[nc, anchors]" }[family]), { name: `tiny-${family}` });
  return new DetectionModel(config, { rng: new Random(seed), names: ["cat", "d'og", "bird"] }).eval();
}

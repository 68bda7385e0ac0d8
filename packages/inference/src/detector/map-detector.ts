import { decodeMaps, type HeadSpec } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import { OnnxEngine, type OnnxEngineOptions } from "../engine/onnx-engine.ts";
import type { Detector, DetectorOutput, DetectorSpec } from "./detector.ts";
import { createFileDetector } from "./file-detector.ts";

/**
 * Creates the detector that a spec describes. One of raw maps is created from plain data and decoded here, so it needs neither
 * the model's modules nor TensorFlow.js, and can run in any thread.
 */
export async function createDetector(spec: DetectorSpec, options: OnnxEngineOptions): Promise<Detector> {
  if (spec.kind === "file") return createFileDetector(spec.path, options);
  const { family, names, stride, head } = spec;
  const engine = await OnnxEngine.create(spec.model, options);
  return {
    family,
    names,
    stride,
    detect: (images, conf) => runMaps(engine, head, { images, conf }),
    dispose: () => engine.dispose(),
  };
}

/** Runs an engine of raw maps, one image after the other: on the CPU a batch takes as long, and more memory. */
export async function runMaps(
  engine: OnnxEngine,
  head: HeadSpec,
  { images, conf }: { images: readonly Image[]; conf: number },
): Promise<DetectorOutput> {
  const start = performance.now();
  const predictions: DetectorOutput["predictions"] = [];
  for (const { data, width, height } of images) {
    const maps = await engine.run(data, [1, height, width, 3]);
    predictions.push(decodeMaps(maps, head, conf));
  }
  return { predictions, prepareMs: 0, inferenceMs: performance.now() - start };
}

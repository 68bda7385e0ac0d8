import { taskOf } from "@lookonce/families";
import { decodeMaps, type Prediction } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import { type EngineTensor, OnnxEngine, type OnnxEngineOptions } from "../engine/onnx-engine.ts";
import type { Detector, DetectorOutput, DetectorSpec } from "./detector.ts";
import { createFileDetector } from "./file-detector.ts";

/**
 * Creates the detector that a spec describes. One of raw maps is created from plain data and decoded here, so it needs neither
 * the model's modules nor TensorFlow.js, and can run in any thread.
 */
export async function createDetector(
  spec: DetectorSpec,
  { raw = false, ...options }: OnnxEngineOptions & { raw?: boolean | undefined },
): Promise<Detector> {
  if (spec.kind === "file") return createFileDetector(spec.path, options);
  const { family, names, stride, head } = spec;
  const task = taskOf(spec.task);
  const decode = task.decodeMaps ?? decodeMaps;
  const engine = await OnnxEngine.create(spec.model, options);
  return {
    family,
    task,
    names,
    stride,
    detect: (images, conf) => runMaps(engine, (maps) => decode(maps, head, conf), { images, raw }),
    dispose: () => engine.dispose(),
  };
}

/** Runs an engine of raw maps, one image after the other: on the CPU a batch takes as long, and more memory. */
export async function runMaps(
  engine: OnnxEngine,
  decode: (maps: readonly EngineTensor[]) => Prediction,
  { images, raw = false }: { images: readonly Image[]; raw?: boolean },
): Promise<DetectorOutput> {
  const start = performance.now();
  const predictions: DetectorOutput["predictions"] = [];
  const kept: EngineTensor[][] = [];
  for (const { data, width, height } of images) {
    const maps = await engine.run(data, [1, height, width, 3]);
    predictions.push(decode(maps));
    if (raw) kept.push(maps);
  }
  const output = { predictions, prepareMs: 0, inferenceMs: performance.now() - start };
  return raw ? { ...output, raw: joinMaps(kept) } : output;
}

/** The maps of each level of several images as one tensor, [N, h, w, outputs per cell]. @param images the maps of each */
export function joinMaps(images: readonly (readonly EngineTensor[])[]): EngineTensor[] {
  return (images[0] ?? []).map(({ data, shape }, level) => {
    const joined = new Float32Array(images.length * data.length);
    for (const [i, maps] of images.entries()) joined.set((maps[level] as EngineTensor).data, i * data.length);
    return { data: joined, shape: [images.length, ...shape.slice(1)] };
  });
}

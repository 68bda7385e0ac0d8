import { decodeMaps, type HeadSpec } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import { OnnxEngine, type OnnxEngineOptions } from "../engine/onnx-engine.ts";
import type { Detector, DetectorFamily, DetectorOutput, DetectorSpec } from "./detector.ts";
import { FileDetector } from "./file-detector.ts";

type MapDetectorSpec = Extract<DetectorSpec, { kind: "maps" }>;

/** Creates the detector that a spec describes. */
export async function createDetector(spec: DetectorSpec, engine: OnnxEngineOptions): Promise<Detector> {
  return spec.kind === "file" ? FileDetector.create(spec.path, engine) : MapDetector.create(spec, engine);
}

/**
 * A network from batches of bytes [N, H, W, 3] of any size to the raw maps of its levels, which are decoded here. It is
 * created from plain data, so it needs neither the model's modules nor TensorFlow.js, and can run in any thread.
 */
class MapDetector implements Detector {
  readonly family: DetectorFamily;
  readonly names: readonly string[];
  readonly stride: number;
  readonly #engine: OnnxEngine;
  readonly #head: HeadSpec;

  private constructor(engine: OnnxEngine, { names, stride, family, head }: MapDetectorSpec) {
    this.family = family;
    this.names = names;
    this.stride = stride;
    this.#engine = engine;
    this.#head = head;
  }

  static async create(spec: MapDetectorSpec, options: OnnxEngineOptions): Promise<MapDetector> {
    return new MapDetector(await OnnxEngine.create(spec.model, options), spec);
  }

  detect(images: readonly Image[], conf: number): Promise<DetectorOutput> {
    return runMaps(this.#engine, this.#head, { images, conf });
  }

  async dispose(): Promise<void> {
    await this.#engine.dispose();
  }
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

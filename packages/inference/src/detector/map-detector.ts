import type { Image, Size } from "@lookonce/image";
import { OnnxEngine, type OnnxEngineOptions } from "../engine/onnx-engine.ts";
import { decodeMaps } from "./decode-maps.ts";
import type { CompiledDetector, Detector, RawDetections } from "./detector.ts";
import type { HeadForm, MapDetectorForm } from "./recipe.ts";

/**
 * A network that takes batches of bytes [N, H, W, 3] of any size and gives the raw maps of its levels, which are decoded here.
 * It is made from plain data, so it needs neither the model's modules nor TensorFlow.js, and can run in any thread.
 */
export class MapDetector implements Detector {
  readonly family: "v5" | "v8";
  readonly names: readonly string[];
  readonly stride: number;
  readonly #engine: OnnxEngine;
  readonly #head: HeadForm;

  private constructor(engine: OnnxEngine, { names, stride, head }: MapDetectorForm) {
    this.family = head.family;
    this.names = names;
    this.stride = stride;
    this.#engine = engine;
    this.#head = head;
  }

  /** Compiles the network: bytes of an ONNX model. */
  static async create(model: Uint8Array, form: MapDetectorForm, options: OnnxEngineOptions): Promise<MapDetector> {
    return new MapDetector(await OnnxEngine.create(model, options), form);
  }

  async compile(size: Size): Promise<CompiledDetector> {
    return compiledMaps(this.#engine, this.#head, size);
  }

  async dispose(): Promise<void> {
    await this.#engine.dispose();
  }
}

/** An engine of raw maps for images of one size. */
export function compiledMaps(engine: OnnxEngine, head: HeadForm, { width, height }: Size): CompiledDetector {
  return {
    async run(images: readonly Image[], conf: number): Promise<RawDetections[]> {
      const found: RawDetections[] = [];
      // One after the other: on the CPU a batch takes as long, and more memory
      for (const image of images) {
        const maps = await engine.run(image.data, [1, height, width, 3]);
        found.push(decodeMaps(maps, head, conf));
      }
      return found;
    },
  };
}

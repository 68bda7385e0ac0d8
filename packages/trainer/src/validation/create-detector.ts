import { currentBackend } from "@lookonce/backend-onnxruntime";
import { familyOf } from "@lookonce/families";
import type { Image } from "@lookonce/image";
import {
  type Detector,
  type DetectorFamily,
  type DetectorOutput,
  joinPixels,
  ModelDetector,
  splitImages,
} from "@lookonce/inference";
import { copyModel, type DetectionModel, fuse } from "@lookonce/nn";
import type * as tf from "@tensorflow/tfjs-core";
import { feedImages } from "../images.ts";

/**
 * Creates a detector of a fused copy of a model, which runs whole batches in the way that is fastest on tfjs's current
 * backend.
 *
 * On the CPU it is compiled for every size of batches with its weights as constants. That pays from the first batch on, even
 * where the weights change from one validation to the next: for 8 images of 512 × 672 YOLOv8n took 387 ms of one core and
 * 97 ms for compiling, replayed as a lazy graph with its weights as inputs 530 ms; YOLOv5n 249 and 80 against 387 ms (best
 * of 6).
 *
 * @param raw whether outputs have the raw maps, too
 */
export async function createDetector(model: DetectionModel, { raw }: { raw: boolean }): Promise<Detector> {
  const copy = fuse(await copyModel(model));
  const runtime = currentBackend()?.runtime;
  if (runtime?.executionProviders[0] !== "cpu") return new ForwardDetector(copy, { raw });
  // One size at a time: batches come sorted by shape, and each compiled size has working memory of its own
  return ModelDetector.create(copy, { ...runtime, own: true, batched: true, raw, capacity: 1 });
}

/** A fused model in whole batches on the device that tfjs computes on. */
export class ForwardDetector implements Detector {
  readonly family: DetectorFamily;
  readonly names: readonly string[];
  readonly stride: number;
  readonly #model: DetectionModel;
  readonly #raw: boolean;

  /** @param model disposed of with the detector */
  constructor(model: DetectionModel, { raw }: { raw: boolean }) {
    this.family = familyOf(model.family);
    this.names = model.names;
    this.stride = model.maxStride;
    this.#model = model;
    this.#raw = raw;
  }

  async detect(images: readonly Image[]): Promise<DetectorOutput> {
    const start = performance.now();
    const { width, height } = images[0] as Image;
    const input = feedImages({ images: joinPixels(images), count: images.length, height, width });
    const ready = performance.now();
    const prediction = this.#model.forward(input);
    if (!this.#raw) for (const map of prediction.raw) map.dispose();
    const [decoded, ...raw] = await Promise.all([
      read(prediction.decoded as tf.Tensor3D),
      ...(this.#raw ? prediction.raw.map(read) : []),
    ]);
    input.dispose();
    const inferenceMs = performance.now() - ready;
    const predictions = splitImages(decoded, images.length, this.family);
    return { predictions, ...(this.#raw ? { raw } : {}), prepareMs: ready - start, inferenceMs };
  }

  async dispose(): Promise<void> {
    this.#model.dispose();
  }
}

async function read(tensor: tf.Tensor): Promise<{ data: Float32Array; shape: number[] }> {
  const data = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return { data, shape: tensor.shape };
}

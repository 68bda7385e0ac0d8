import type { DetectionModel } from "@lookonce/nn";
import type * as tf from "@tensorflow/tfjs-core";
import { feedImages } from "../images.ts";
import type { BatchDetector, BatchPrediction, Numbers } from "./batch-detector.ts";

/** Runs a fused model on whatever device tfjs computes on. */
export class ForwardDetector implements BatchDetector {
  readonly #model: DetectionModel;
  readonly #raw: boolean;

  /** @param model its own from now on */
  constructor(model: DetectionModel, { raw }: { raw: boolean }) {
    this.#model = model;
    this.#raw = raw;
  }

  async detect(batch: Parameters<BatchDetector["detect"]>[0]): Promise<BatchPrediction> {
    const start = performance.now();
    const images = feedImages(batch);
    const ready = performance.now();
    const prediction = this.#model.forward(images);
    const wanted = [prediction.decoded as tf.Tensor3D, ...(this.#raw ? prediction.raw : [])];
    if (!this.#raw) for (const map of prediction.raw) map.dispose();
    const [decoded, ...raw] = await Promise.all(wanted.map(read));
    images.dispose();
    const computing = performance.now() - ready;
    return { decoded: decoded as Numbers, raw, preparing: ready - start, computing };
  }

  async dispose(): Promise<void> {
    this.#model.dispose();
  }
}

async function read(tensor: tf.Tensor): Promise<Numbers> {
  const data = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return { data, shape: tensor.shape };
}

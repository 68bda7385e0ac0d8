import type { Batch } from "@lookonce/data";
import { copyModel, type DetectionModel, fuse } from "@lookonce/nn";
import type * as tf from "@tensorflow/tfjs-core";
import { feedPictures } from "../pictures.ts";

/** Decoded predictions of a batch, and the milliseconds they took. */
export interface TimedPrediction {
  /** [N, A, channels], as `nonMaxSuppression` takes it. */
  prediction: { data: Float32Array; shape: readonly number[] };
  preprocess: number;
  inference: number;
}

/** A fused copy of a model that runs batches in inference mode. */
export class Detector {
  readonly #model: DetectionModel;

  private constructor(model: DetectionModel) {
    this.#model = model;
  }

  static async of(model: DetectionModel): Promise<Detector> {
    return new Detector(fuse(await copyModel(model)));
  }

  async detect(batch: Batch): Promise<TimedPrediction> {
    const start = performance.now();
    const pictures = feedPictures(batch);
    const ready = performance.now();
    const { raw, decoded } = this.#model.forward(pictures);
    for (const map of raw) map.dispose();
    const output = decoded as tf.Tensor3D;
    const data = (await output.data()) as Float32Array;
    pictures.dispose();
    output.dispose();
    const end = performance.now();
    return { prediction: { data, shape: output.shape }, preprocess: ready - start, inference: end - ready };
  }

  dispose(): void {
    this.#model.dispose();
  }
}

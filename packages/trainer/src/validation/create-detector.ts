import { currentBackend } from "@lookonce/backend-onnxruntime";
import { feed } from "@lookonce/device";
import { familyOf } from "@lookonce/families";
import type { Image } from "@lookonce/image";
import { type Detector, joinPixels, ModelDetector, splitPredictions } from "@lookonce/inference";
import { copyModel, type DetectionModel, fuse } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import { imageInput } from "../images.ts";

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
export async function createDetector(model: DetectionModel, { raw }: { raw: boolean }): Promise<BatchDetector> {
  const copy = fuse(await copyModel(model));
  const runtime = currentBackend()?.runtime;
  if (runtime?.executionProviders[0] !== "cpu") return forwardDetector(copy, { raw });
  // One size at a time: batches come sorted by shape, and each compiled size has working memory of its own
  return ModelDetector.create(copy, { ...runtime, own: true, batched: true, raw, capacity: 1 });
}

/** What a validation needs of a detector. */
export type BatchDetector = Pick<Detector, "detect" | "dispose">;

/** A fused model in whole batches on the device that tfjs computes on. @param model disposed of with the detector */
export function forwardDetector(model: DetectionModel, { raw: wantsRaw }: { raw: boolean }): BatchDetector {
  const family = familyOf(model.family);
  return {
    async detect(images) {
      const start = performance.now();
      const { width, height } = images[0] as Image;
      const { data } = imageInput({ images: joinPixels(images), count: images.length, height, width });
      const input = feed<tf.Rank.R4>(data, [images.length, height, width, 3]);
      const ready = performance.now();
      const prediction = model.forward(input);
      if (!wantsRaw) tf.dispose(prediction.raw);
      const maps = wantsRaw ? prediction.raw : [];
      const [decoded, ...raw] = await Promise.all([read(prediction.decoded as tf.Tensor3D), ...maps.map(read)]);
      input.dispose();
      const inferenceMs = performance.now() - ready;
      const predictions = splitPredictions(decoded, images.length, family);
      return { predictions, raw: wantsRaw ? raw : undefined, prepareMs: ready - start, inferenceMs };
    },
    dispose: async () => model.dispose(),
  };
}

async function read(tensor: tf.Tensor): Promise<{ data: Float32Array; shape: number[] }> {
  const data = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return { data, shape: tensor.shape };
}

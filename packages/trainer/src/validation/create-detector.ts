import { currentBackend } from "@lookonce/backend-onnxruntime";
import { feed } from "@lookonce/device";
import { familyOf } from "@lookonce/families";
import type { Image } from "@lookonce/image";
import {
  type BatchDetector,
  branchFor,
  detectInThreads,
  headSpec,
  joinPixels,
  ModelDetector,
  normalizeImages,
  splitPredictions,
} from "@lookonce/inference";
import { copyModel, type DetectionModel, fuse } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import { imageInput } from "../images.ts";

/** Number of images from which on worker threads are started: that takes as long as a dozen. */
const minThreadedImages = 24;

/** What {@link createDetector} has to know of a validation. */
export interface CreateDetectorOptions {
  /** Whether outputs have the raw maps, too. */
  raw: boolean;
  /** Number of images that there are to detect in. */
  images: number;
  /** Whether duplicates are suppressed; `false` uses the head's one-to-one branch. Default true. */
  nms?: boolean | undefined;
}

/**
 * Creates a detector of a fused copy of a model, in the way that is fastest on tfjs's current backend.
 *
 * On the CPU it is the detector of predictions: compiled once for images of any size, with its weights as constants, which
 * pays even where the weights change from one validation to the next, and in a thread for each core where there are images
 * enough: 64 of COCO took YOLOv8n 4.6 s on two cores, compiled for each size of batches 5.9 s.
 */
export async function createDetector(
  model: DetectionModel,
  { raw, images, nms }: CreateDetectorOptions,
): Promise<BatchDetector> {
  const copy = await fuse(await copyModel(model), { branch: branchFor(model, { raw, nms }) });
  const runtime = currentBackend()?.runtime;
  if (runtime?.executionProviders[0] !== "cpu") return forwardDetector(copy, { raw });
  // Where each size has to be compiled: one at a time, because batches come sorted by shape
  const detector = await ModelDetector.create(copy, { ...runtime, own: true, raw, nms, capacity: 1 });
  if (images < minThreadedImages) return detector;
  return detectInThreads(detector, { cores: runtime.threads, raw });
}

/** A fused model in whole batches on the device that tfjs computes on. @param model disposed of with the detector */
export function forwardDetector(model: DetectionModel, { raw: wantsRaw }: { raw: boolean }): BatchDetector {
  const { hasObjectness } = familyOf(model.family);
  const { head } = model;
  const spec = headSpec(model);
  return {
    async detect(images) {
      const start = performance.now();
      const { width, height } = images[0] as Image;
      const { data } = imageInput({ images: joinPixels(images), count: images.length, height, width });
      const input = feed<tf.Rank.R4>(data, [images.length, height, width, 3]);
      const ready = performance.now();
      const normalized = normalizeImages(input, model);
      const prediction = model.forward(normalized);
      const { levels, oneToOne, prototypes } = head.splitMaps(prediction.raw);
      if (!wantsRaw) tf.dispose([...levels, ...oneToOne]);
      const maps = wantsRaw ? prediction.raw : prototypes === undefined ? [] : [prototypes];
      const [decoded, ...raw] = await Promise.all([read(prediction.decoded as tf.Tensor3D), ...maps.map(read)]);
      tf.dispose([input, normalized]);
      const inferenceMs = performance.now() - ready;
      const kind = { ...spec, hasObjectness, prototypes: prototypes && raw.at(-1) };
      const predictions = splitPredictions(decoded, images.length, kind);
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

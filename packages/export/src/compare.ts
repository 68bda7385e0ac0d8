import type { FamilySettings } from "@lookonce/config";
import { familyOf } from "@lookonce/families";
import type { DetectionModel } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";

/** The largest absolute differences of two predictions. */
export interface Differences {
  /** Of the boxes' center, width and height. */
  pixels: number;
  /** Of objectness and class probabilities. */
  probability: number;
}

/** Two predictions of the same images, in the layout of exported files. */
export interface PredictionPair extends Pick<FamilySettings, "outputLayout" | "hasObjectness"> {
  expected: Float32Array;
  found: Float32Array;
  shape: readonly number[];
}

/** How far two predictions lie apart at most. */
export function largestDifferences({ expected, found, shape, outputLayout }: PredictionPair): Differences {
  const [, rows, columns] = shape as readonly [number, number, number];
  const worst = { pixels: 0, probability: 0 };
  for (let i = 0; i < expected.length; i++) {
    const channel = outputLayout === "NCA" ? Math.floor(i / columns) % rows : i % columns;
    const distance = Math.abs((found[i] as number) - (expected[i] as number));
    const kind = channel < 4 ? "pixels" : "probability";
    // Math.max keeps a NaN, which no tolerance allows.
    worst[kind] = Math.max(worst[kind], distance);
  }
  return worst;
}

/** Predictions count as sure from this share of the surest one's confidence on. */
const sureShare = 0.5;

/**
 * The mean differences of the predictions that matter, each weighted by its confidence: those at least half as sure as the
 * image's surest. Half precision and 8-bit integers change every number a little; of the thousands of places where the
 * model sees nothing this says nothing worth knowing.
 */
export function surestDifferences(pair: PredictionPair): Differences {
  const { expected, found, shape, outputLayout, hasObjectness } = pair;
  const channelsFirst = outputLayout === "NCA";
  const [images, first, last] = shape as readonly [number, number, number];
  const [anchors, channels] = channelsFirst ? [last, first] : [first, last];
  const at = (image: number, anchor: number, channel: number): number =>
    channelsFirst ? (image * channels + channel) * anchors + anchor : (image * anchors + anchor) * channels + channel;
  const sums = { weight: 0, pixels: 0, probability: 0 };
  for (let image = 0; image < images; image++) {
    const confidence = (values: Float32Array, anchor: number): number => {
      let best = 0;
      for (let c = hasObjectness ? 5 : 4; c < channels; c++) {
        best = Math.max(best, values[at(image, anchor, c)] as number);
      }
      return hasObjectness ? best * (values[at(image, anchor, 4)] as number) : best;
    };
    const confidences = Float32Array.from({ length: anchors }, (_, anchor) => confidence(expected, anchor));
    const least = sureShare * confidences.reduce((most, value) => Math.max(most, value), 0);
    for (const [anchor, weight] of confidences.entries()) {
      if (weight < least) continue;
      let distance = 0;
      for (let side = 0; side < 4; side++) {
        const i = at(image, anchor, side);
        distance = Math.max(distance, Math.abs((expected[i] as number) - (found[i] as number)));
      }
      sums.weight += weight;
      sums.pixels += weight * distance;
      sums.probability += weight * Math.abs(weight - confidence(found, anchor));
    }
  }
  return { pixels: sums.pixels / sums.weight, probability: sums.probability / sums.weight };
}

/** Numbers in the layout of exported files. */
export interface Prediction {
  data: Float32Array;
  shape: readonly number[];
}

/** Returns the model's own prediction for images [N, 3, H, W], RGB from 0 to 1; its mode is restored. */
export async function predict(
  model: DetectionModel,
  images: Float32Array,
  imagesShape: readonly [batch: number, channels: number, height: number, width: number],
): Promise<Prediction> {
  const { training } = model;
  model.eval();
  const output = tf.tidy(() => {
    const x = tf.transpose(tf.tensor4d(images, [...imagesShape]), [0, 2, 3, 1]);
    const decoded = model.forward(x).decoded as tf.Tensor3D;
    return familyOf(model.family).outputLayout === "NCA" ? tf.transpose(decoded, [0, 2, 1]) : decoded;
  });
  if (training) model.train();
  const data = (await output.data()) as Float32Array;
  output.dispose();
  return { data, shape: output.shape };
}

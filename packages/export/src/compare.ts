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

/** Images [N, 3, H, W] from 0 to 1 with edges, slopes and texture; the same every time. */
export function testImage([batch, channels, height, width]: readonly [number, number, number, number]): Float32Array {
  const values = new Float32Array(batch * channels * height * width);
  for (let i = 0; i < values.length; i++) {
    const x = i % width;
    const y = Math.floor(i / width) % height;
    const plane = Math.floor(i / (width * height));
    const block = ((x >> 5) + (y >> 4) + plane) % 3;
    const texture = (x * 7 + y * 13 + plane * 5 + ((x * y) >> 3)) % 32;
    values[i] = (block * 80 + texture + (31 * y) / height) / 255;
  }
  return values;
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
  const [images, anchors, channels] = (
    channelsFirst ? [shape[0], shape[2], shape[1]] : [shape[0], shape[1], shape[2]]
  ) as [number, number, number];
  const at = (image: number, anchor: number, channel: number): number =>
    channelsFirst ? (image * channels + channel) * anchors + anchor : (image * anchors + anchor) * channels + channel;
  const sums = { weight: 0, pixels: 0, probability: 0 };
  for (let image = 0; image < images; image++) {
    const confidence = (values: Float32Array, anchor: number): number => {
      let best = 0;
      for (let c = hasObjectness ? 5 : 4; c < channels; c++)
        best = larger(best, values[at(image, anchor, c)] as number);
      return hasObjectness ? best * (values[at(image, anchor, 4)] as number) : best;
    };
    const confidences = Float32Array.from({ length: anchors }, (_, anchor) => confidence(expected, anchor));
    const least = sureShare * confidences.reduce(larger, 0);
    for (const [anchor, weight] of confidences.entries()) {
      if (weight < least) continue;
      let distance = 0;
      for (let side = 0; side < 4; side++) {
        const i = at(image, anchor, side);
        distance = larger(distance, Math.abs((expected[i] as number) - (found[i] as number)));
      }
      sums.weight += weight;
      sums.pixels += weight * distance;
      sums.probability += weight * Math.abs(weight - confidence(found, anchor));
    }
  }
  return { pixels: sums.pixels / sums.weight, probability: sums.probability / sums.weight };
}

/** The larger number; a NaN stays one. */
function larger(a: number, b: number): number {
  return Math.max(a, b);
}

/** Images [N, 3, H, W], RGB from 0 to 1. */
export interface ImagesToPredict {
  images: Float32Array;
  imagesShape: readonly [batch: number, channels: number, height: number, width: number];
}

/** Returns the model's own prediction in the layout of exported files; its mode is restored. */
export async function predict(model: DetectionModel, { images, imagesShape }: ImagesToPredict): Promise<Float32Array> {
  const { training } = model;
  model.eval();
  const output = tf.tidy(() => {
    const x = tf.transpose(tf.tensor4d(images, [...imagesShape]), [0, 2, 3, 1]);
    const decoded = model.forward(x).decoded as tf.Tensor3D;
    return familyOf(model.family).outputLayout === "NCA" ? tf.transpose(decoded, [0, 2, 1]) : decoded;
  });
  if (training) model.train();
  const values = (await output.data()) as Float32Array;
  output.dispose();
  return values;
}

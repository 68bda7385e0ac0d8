import { familyOf, taskOf } from "@lookonce/families";
import type { DetectionModel } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";

/** The largest absolute differences of two predictions. */
export interface Differences {
  /** Of the boxes' center, width and height, and of keypoints. */
  pixels: number;
  /** Of objectness, class probabilities and visibilities. */
  probability: number;
  /**
   * Of other numbers, which have no unit: mask coefficients and prototypes, angles; as a share of the largest of them where
   * that exceeds 1. Absent where there are none.
   */
  value?: number | undefined;
}

type Unit = keyof Differences;

/** Two predictions of a model for the same images, in the layout of exported files. */
export interface PredictionPair {
  model: DetectionModel;
  expected: Prediction;
  found: Prediction;
}

/** Where the numbers of a prediction lie, and in which unit each channel is. */
class Layout {
  readonly images: number;
  readonly anchors: number;
  readonly channels: number;
  /** Units of the channels. */
  readonly units: readonly Unit[];
  /** The channels of class probabilities, from the first up to the second. */
  readonly classes: readonly [number, number];
  readonly #steps: readonly [anchor: number, channel: number];

  constructor({ expected: { shape }, model }: PredictionPair) {
    const { outputLayout, hasObjectness } = familyOf(model.family);
    const { nc, extras, keypointShape } = model.head;
    const [images, first, last] = shape as readonly [number, number, number?];
    // Without anchors there are classes alone
    const boxes = last === undefined ? 0 : hasObjectness ? 5 : 4;
    const channelsFirst = outputLayout === "NCA";
    const [anchors, channels] = last === undefined ? [1, first] : channelsFirst ? [last, first] : [first, last];
    this.images = images;
    this.anchors = anchors;
    this.channels = channels;
    this.#steps = last !== undefined && channelsFirst ? [1, anchors] : [channels, 1];
    this.classes = [boxes, boxes + nc];
    const values = keypointShape?.[1];
    this.units = Array.from({ length: channels }, (_, channel): Unit => {
      const extra = channel - (channels - extras);
      if (extra < 0) return channel < Math.min(4, boxes) ? "pixels" : "probability";
      if (values === undefined) return "value";
      return extra % values < 2 ? "pixels" : "probability";
    });
  }

  at(image: number, anchor: number, channel: number): number {
    return image * this.anchors * this.channels + anchor * this.#steps[0] + channel * this.#steps[1];
  }
}

/** How far two predictions lie apart at most. */
export function largestDifferences(pair: PredictionPair): Differences {
  const { expected, found } = pair;
  const layout = new Layout(pair);
  const worst = new Worst();
  const scale = valueScale(layout, expected);
  for (let image = 0; image < layout.images; image++) {
    for (const [channel, unit] of layout.units.entries()) {
      for (let anchor = 0; anchor < layout.anchors; anchor++) {
        const i = layout.at(image, anchor, channel);
        const distance = Math.abs((found.data[i] as number) - (expected.data[i] as number));
        worst.add(unit, unit === "value" ? distance / scale : distance);
      }
    }
  }
  const others = found.prototypes;
  expected.prototypes?.forEach((value, i) => {
    worst.add("value", Math.abs(value - (others?.[i] ?? Number.NaN)) / scale);
  });
  return worst.differences;
}

/** The largest of a prediction's numbers without unit, or 1: rounding grows with what is summed up. */
function valueScale(layout: Layout, { data, prototypes = new Float32Array(0) }: Prediction): number {
  let largest = prototypes.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (let image = 0; image < layout.images; image++) {
    for (const [channel, unit] of layout.units.entries()) {
      if (unit !== "value") continue;
      for (let anchor = 0; anchor < layout.anchors; anchor++) {
        largest = Math.max(largest, Math.abs(data[layout.at(image, anchor, channel)] as number));
      }
    }
  }
  return largest;
}

/** The largest of the numbers of each unit. */
class Worst {
  readonly differences: Differences = { pixels: 0, probability: 0 };

  add(unit: Unit, distance: number): void {
    // Math.max keeps a NaN, which no tolerance allows.
    this.differences[unit] = Math.max(this.differences[unit] ?? 0, distance);
  }
}

/** The largest of several differences in each unit. */
export function worstOf(all: readonly Differences[]): Differences {
  const worst = new Worst();
  for (const { pixels, probability, value } of all) {
    worst.add("pixels", pixels);
    worst.add("probability", probability);
    if (value !== undefined) worst.add("value", value);
  }
  return worst.differences;
}

/** Predictions count as sure from this share of the surest one's confidence on. */
const sureShare = 0.5;

/**
 * The mean differences of the predictions that matter, each weighted by its confidence: those at least half as sure as the
 * image's surest. Half precision and 8-bit integers change every number a little; of the thousands of places where the
 * model sees nothing this says nothing worth knowing. Of prototypes it is the mean of all.
 */
export function surestDifferences(pair: PredictionPair): Differences {
  const { expected, found, model } = pair;
  const { hasObjectness } = familyOf(model.family);
  const layout = new Layout(pair);
  const { anchors, units, classes } = layout;
  const scale = valueScale(layout, expected);
  const sums = { weight: 0, pixels: 0, probability: 0, value: 0 };
  for (let image = 0; image < layout.images; image++) {
    const confidence = (values: Float32Array, anchor: number): number => {
      let best = 0;
      for (let c = classes[0]; c < classes[1]; c++)
        best = Math.max(best, values[layout.at(image, anchor, c)] as number);
      return hasObjectness && classes[0] > 0 ? best * (values[layout.at(image, anchor, 4)] as number) : best;
    };
    const confidences = Float32Array.from({ length: anchors }, (_, anchor) => confidence(expected.data, anchor));
    const least = sureShare * confidences.reduce((most, value) => Math.max(most, value), 0);
    for (const [anchor, weight] of confidences.entries()) {
      if (weight < least) continue;
      const worst = new Worst();
      for (const [channel, unit] of units.entries()) {
        const i = layout.at(image, anchor, channel);
        worst.add(unit, Math.abs((expected.data[i] as number) - (found.data[i] as number)));
      }
      const { pixels, value = 0 } = worst.differences;
      sums.weight += weight;
      sums.pixels += weight * pixels;
      sums.value += weight * value;
      sums.probability += weight * Math.abs(weight - confidence(found.data, anchor));
    }
  }
  const means = { pixels: sums.pixels / sums.weight, probability: sums.probability / sums.weight };
  if (!units.includes("value")) return means;
  const value = Math.max(sums.value / sums.weight, meanDifference(expected.prototypes, found.prototypes));
  return { ...means, value: value / scale };
}

function meanDifference(expected: Float32Array | undefined, found: Float32Array | undefined): number {
  if (expected === undefined) return 0;
  return expected.reduce((sum, value, i) => sum + Math.abs(value - (found?.[i] ?? Number.NaN)), 0) / expected.length;
}

/** Numbers in the layout of exported files. */
export interface Prediction {
  data: Float32Array;
  shape: readonly number[];
  /** [N, h, w, channels], of models that segment. */
  prototypes?: Float32Array | undefined;
}

/**
 * Returns the model's own prediction for images [N, 3, H, W], RGB from 0 to 1; its mode is restored.
 *
 * @param endToEnd whether it is that of the one-to-one branch
 */
export async function predict(
  model: DetectionModel,
  images: Float32Array,
  imagesShape: readonly [batch: number, channels: number, height: number, width: number],
  { endToEnd = false }: { endToEnd?: boolean } = {},
): Promise<Prediction> {
  const { training } = model;
  model.eval();
  const outputs = tf.tidy(() => {
    const x = tf.transpose(tf.tensor4d(images, [...imagesShape]), [0, 2, 3, 1]);
    const { raw, decoded } = model.forward(x);
    const { oneToOne, prototypes } = model.head.splitMaps(raw);
    const predicted = endToEnd ? model.head.decode(oneToOne) : (decoded as tf.Tensor3D);
    return [output0(model, predicted), ...(prototypes === undefined ? [] : [prototypes])];
  });
  if (training) model.train();
  const [data, prototypes] = (await Promise.all(outputs.map((output) => output.data()))) as Float32Array[];
  tf.dispose(outputs);
  return { data: data as Float32Array, shape: (outputs[0] as tf.Tensor).shape, prototypes };
}

/** A decoded prediction [N, A, channels] as the first output of exported files: in the family's layout, classes alone flat. */
export function output0(model: DetectionModel, decoded: tf.Tensor3D): tf.Tensor {
  const [batch, anchors, channels] = decoded.shape;
  if (taskOf(model.task).outputShape(model, { batch, anchors }).length === 2)
    return tf.reshape(decoded, [batch, channels]);
  return familyOf(model.family).outputLayout === "NCA" ? tf.transpose(decoded, [0, 2, 1]) : decoded;
}

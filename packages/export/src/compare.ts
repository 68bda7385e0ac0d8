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

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flush } from "@lookonce/backend-onnxruntime";
import { batchNormDefaults, type DetectionModel } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportOnnx } from "./index.ts";
import { testImage } from "./test-image.ts";
import { slimModel, useOnnxRuntime, zooModels } from "./test-tiny-model.ts";

let folder = "";
beforeAll(async () => {
  await useOnnxRuntime();
  folder = mkdtempSync(join(tmpdir(), "lookonce-zoo-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * Makes a fresh model's answers depend on the image, as a trained one's do: its normalizations get the statistics of a
 * batch, so that maps neither vanish nor explode with depth, and its biases favor no class.
 */
async function enliven(model: DetectionModel, rng: Random): Promise<DetectionModel> {
  // The coarsest maps have several cells, but for P6's: of fewer values the deviation is small by chance
  const side = Math.max(2 * model.maxStride, 128);
  const shape = [4, 3, side, side] as const;
  tf.tidy(() => {
    for (const [path, variable] of model.namedVariables()) {
      if (path.includes("running_")) variable.assign(tf.zeros(variable.shape));
      if (!path.endsWith(".bias")) continue;
      const values = Float32Array.from({ length: variable.size }, () => rng.normal(0, 0.2));
      variable.assign(tf.tensor(values, variable.shape));
    }
    for (const [path, variable] of model.namedVariables()) {
      // Keypoints of a trained model lie about their cells, not far outside of the image
      if (model.head.keypointShape && /\.cv4\.\d+\.2\.weight$/.test(path)) variable.assign(tf.mul(variable, 0.05));
    }
    model.train().forward(tf.transpose(tf.tensor4d(testImage(shape), [...shape]), [0, 2, 3, 1]));
    for (const [path, variable] of model.namedBuffers()) {
      // After one step from nothing the statistics are the batch's, times the momentum.
      if (path.includes("running_")) variable.assign(tf.div(variable, batchNormDefaults.momentum));
    }
  });
  await flush();
  return model.eval();
}

/**
 * What a model says of the image that an export is checked with: how far apart its largest and smallest probability are
 * (nearly 0 if it does not look), and the largest coordinate of its boxes.
 */
async function answers(model: DetectionModel): Promise<{ spread: number; largest: number }> {
  const { maxStride: step } = model;
  const values = tf.tidy(() => {
    const x = tf.transpose(tf.tensor4d(testImage([1, 3, step, step]), [1, 3, step, step]), [0, 2, 3, 1]);
    const decoded = model.forward(x).decoded as tf.Tensor3D;
    const { nc, extras } = model.head;
    // Behind the box and, with anchors, the objectness; a classifier has neither
    const first = decoded.shape[2] - nc - extras;
    const classes = tf.slice(decoded, [0, 0, first], [1, -1, nc]);
    // The classes of each anchor compared with those of others, a classifier's with each other
    const axis = first === 0 ? 2 : 1;
    const spread = tf.max(tf.sub(tf.max(classes, axis), tf.min(classes, axis)));
    const boxes = tf.slice(decoded, [0, 0, 0], [1, -1, first === 0 ? nc : 4]);
    return tf.stack([spread, tf.max(tf.abs(boxes))]);
  });
  const [spread, largest] = await values.data();
  values.dispose();
  return { spread: spread as number, largest: largest as number };
}

describe("each shipped model", () => {
  it.each(zooModels)("%s computes the same as an ONNX file of free size, at its two smallest sizes", async (name) => {
    const model = await enliven(slimModel(name), new Random(2));
    // Compared at a second size, too.
    const file = join(folder, `${name}.onnx`);
    const { differences } = await exportOnnx(model, { file, imgsz: model.maxStride, dynamic: true });
    const { spread, largest } = await answers(model);
    // The two classes of an untrained classifier, which has no boxes, are nearly as probable as each other
    expect(spread).toBeGreaterThan(largest <= 1 ? 1e-3 : 0.05);
    // Random networks make rounding large: 1e-4 in yolov8-p2 whatever the layout, 4e-5 at most in the others.
    expect(differences.probability).toBeLessThan(2e-4);
    // With anchors boxes may be many times as large as the smallest image. Distances that are no means of distributions are as
    // far off as the network's raw numbers.
    const bound = model.head.regMax === 1 ? 1e-3 : 1e-4;
    expect(differences.pixels / Math.max(largest, model.maxStride)).toBeLessThan(bound);
    model.dispose();
  });
});

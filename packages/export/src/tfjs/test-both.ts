import type { DetectionModel } from "@lookonce/nn";
import "@tensorflow/tfjs-backend-cpu";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { checkImage } from "../check-image.ts";
import { type largestDifferences, predict } from "../compare.ts";
import { serveFolder } from "./test-serve-folder.ts";

/** The model's own prediction and that of its export, by TensorFlow.js's loader and its plainest backend. */
export async function both(
  model: DetectionModel,
  path: string,
  size: { height: number; width: number; batch: number },
): Promise<Parameters<typeof largestDifferences>[0]> {
  const { height, width, batch } = size;
  const images = await checkImage(size);
  const expected = await predict(model, images, [batch, 3, height, width]);
  await tf.setBackend("cpu");
  try {
    const graph = await serveFolder(path, (address) => loadGraphModel(`${address}/model.json`));
    const output = tf.tidy(() => {
      const x = tf.transpose(tf.tensor4d(images, [batch, 3, height, width]), [0, 2, 3, 1]);
      return graph.execute(x) as tf.Tensor;
    });
    const data = (await output.data()) as Float32Array;
    const { shape } = output;
    tf.dispose(output);
    graph.dispose();
    return { model, expected, found: { data, shape } };
  } finally {
    await tf.setBackend("onnxruntime");
  }
}

import { onTracingBackend, trace } from "@lookonce/backend-onnxruntime";
import { LookonceError } from "@lookonce/errors";
import { formatClassNames, serializeModel } from "@lookonce/onnx";
import * as tf from "@tensorflow/tfjs-core";
import type { OperationGraph } from "./graph.ts";
import { readModelJson } from "./read-model-json.ts";
import { runGraph } from "./run-graph.ts";

/**
 * Converts a model from a graph model of TensorFlow.js to the bytes of an ONNX file in the format of exported YOLO models:
 * `images` [N, 3, H, W] to `output0`, [N, 4 + nc + extras, A] or [N, A, 5 + nc + extras], boxes in pixels, or [N, nc]; perhaps
 * prototypes as `output1`, [N, masks, h, w]; task, names and stride in its metadata.
 *
 * @param path its `model.json`
 * @throws LookonceError `NOT_FOUND`, `FORMAT` or `UNSAFE` for its files, `UNSUPPORTED` when it is not a detector or has
 *   unknown operations
 */
export async function graphModelToOnnx(path: string): Promise<Uint8Array> {
  const graph = await readModelJson(path);
  const shape = inputShape(graph, path);
  const [batch, height, width] = shape;
  try {
    const model = await onTracingBackend(async () => {
      const isNormalized = await hasNormalizedBoxes(graph, shape);
      return trace(
        (images) => {
          const [output, ...prototypes] = predictions(graph, tf.transpose(images as tf.Tensor4D, [0, 2, 3, 1]));
          const planes = prototypes.map((maps) => tf.transpose(maps, [0, 3, 1, 2]));
          return [isNormalized ? inPixels(output as tf.Tensor3D, shape) : (output as tf.Tensor), ...planes];
        },
        {
          inputs: [{ name: "images", shape: [batch, 3, height, width] }],
          outputNames: ["output0", "output1"],
          metadata: onnxMetadata(graph.metadata),
        },
      );
    });
    return serializeModel(model);
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof LookonceError && message.startsWith(path)) throw error;
    // Others are of the program that runs the graph
    const code = error instanceof LookonceError ? error.code : "FORMAT";
    throw new LookonceError(code, `${path}: ${message}`, { cause: error });
  }
}

/** Pixels of all images of a batch: as many as 16 images of 1024² have. */
const maxPixels = 2 ** 24;

type ImageShape = readonly [batch: number, height: number, width: number];

function inputShape({ inputs, outputs }: OperationGraph, path: string): ImageShape {
  const [batch = 0, height = 0, width = 0, channels = 0] = inputs[0]?.shape ?? [];
  const isImage = channels === 3 && height > 0 && width > 0 && Math.max(1, batch) * height * width <= maxPixels;
  const isDetector = inputs.length === 1 && outputs.length > 0 && isImage;
  if (isDetector) return [Math.max(1, batch), height, width];
  throw new LookonceError(
    "UNSUPPORTED",
    `${path} has the input ${inputs.map(({ name, shape = [] }) => `${name} [${shape.join(", ")}]`).join(" and ")}; a detector has images [N, height, width, 3].`,
  );
}

/** The predictions and perhaps prototypes [N, h, w, masks]. @param images [N, H, W, 3] */
function predictions(graph: OperationGraph, images: tf.Tensor): tf.Tensor[] {
  const outputs = runGraph(graph, [images]);
  const output = outputs.find(({ rank }) => rank === 3) ?? (outputs[0] as tf.Tensor);
  const prototypes = outputs.find((other) => other !== output && other.rank === 4);
  return prototypes === undefined ? [output] : [output, prototypes];
}

function onnxMetadata(metadata: OperationGraph["metadata"]): Record<string, string> {
  const { names, stride, task, family, kpt_shape: keypoints } = metadata;
  const list = typeof names === "object" && names !== null ? Object.values(names).map(String) : undefined;
  return {
    ...(list === undefined ? {} : { names: formatClassNames(list) }),
    ...(typeof stride === "number" ? { stride: String(stride) } : {}),
    ...(typeof task === "string" ? { task } : {}),
    ...(typeof family === "string" ? { family } : {}),
    ...(Array.isArray(keypoints) ? { kpt_shape: `[${keypoints.join(", ")}]` } : {}),
  };
}

/** Anchors cover the whole image: where no center is beyond 2, boxes are normalized by the image's size. */
const maxNormalized = 2;

/** Whether boxes are relative to the image's sides, as converters for TensorFlow Lite write them. */
async function hasNormalizedBoxes(graph: OperationGraph, [batch, height, width]: ImageShape): Promise<boolean> {
  const output = tf.tidy(() => predictions(graph, tf.fill([batch, height, width, 3], 0.5))[0] as tf.Tensor);
  const { rank, shape } = output;
  const data = await output.data();
  output.dispose();
  const [, rows = 0, columns = 0] = shape;
  if (rank !== 3) return false;
  // The first two channels are the center, in either layout
  const isCenter = (i: number): boolean => (rows < columns ? i < 2 * columns : i < rows * columns && i % columns < 2);
  return data.every((value, i) => !isCenter(i) || value < maxNormalized);
}

function inPixels(output: tf.Tensor3D, [, height, width]: ImageShape): tf.Tensor3D {
  const [, rows, columns] = output.shape;
  const channels = Math.min(rows, columns);
  const factors = tf.tensor1d(Array.from({ length: channels }, (_, i) => (i > 3 ? 1 : i % 2 === 0 ? width : height)));
  return tf.mul(output, rows < columns ? tf.reshape(factors, [1, channels, 1]) : tf.reshape(factors, [1, 1, channels]));
}

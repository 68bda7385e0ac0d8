import { type TracedFunction, trace } from "@lookonce/backend-onnxruntime";
import { LookonceError } from "@lookonce/errors";
import { serializeModel } from "@lookonce/onnx";
import * as tf from "@tensorflow/tfjs-core";
import { formatClassNames } from "../detector/class-names.ts";
import { onTracingBackend } from "../detector/trace-detector.ts";
import { OnnxEngine } from "../engine/onnx-engine.ts";
import type { OperationGraph } from "./graph.ts";
import { readModelJson } from "./read-model-json.ts";
import { runGraph } from "./run-graph.ts";

/**
 * A detector from a graph model of TensorFlow.js as an ONNX file's bytes, in the form in which exported YOLO models are known:
 * `images` [N, 3, H, W] to `output0`, [N, 4 + nc, A] or [N, A, 5 + nc], boxes in pixels, names and stride in its metadata.
 *
 * @param path its `model.json`
 * @throws LookonceError `NOT_FOUND`, `FORMAT` or `UNSAFE` for its files, `UNSUPPORTED` when it is no detector or holds
 *   operations that are not known
 */
export async function graphModelToOnnx(path: string): Promise<Uint8Array> {
  const graph = await readModelJson(path);
  const shape = inputShape(graph, path);
  try {
    const pixels = await writeOnnx(graph, shape);
    return (await givesShares(pixels, shape)) ? await writeOnnx(graph, shape, { sharesToPixels: true }) : pixels;
  } catch (error) {
    if (!(error instanceof LookonceError) || error.message.startsWith(path)) throw error;
    throw new LookonceError(error.code, `${path}: ${error.message}`, { cause: error });
  }
}

type ImageShape = readonly [batch: number, height: number, width: number];

function inputShape({ inputs, outputs }: OperationGraph, path: string): ImageShape {
  const [batch = 0, height = 0, width = 0, channels = 0] = inputs[0]?.shape ?? [];
  const isDetector = inputs.length === 1 && outputs.length > 0 && channels === 3 && height > 0 && width > 0;
  if (isDetector) return [Math.max(1, batch), height, width];
  throw new LookonceError(
    "UNSUPPORTED",
    `${path} takes ${inputs.map(({ name, shape = [] }) => `${name} [${shape.join(", ")}]`).join(" and ")}; a detector takes images [N, height, width, 3].`,
  );
}

async function writeOnnx(
  graph: OperationGraph,
  [batch, height, width]: ImageShape,
  { sharesToPixels = false }: { sharesToPixels?: boolean } = {},
): Promise<Uint8Array> {
  const run: TracedFunction = (images) => {
    const outputs = runGraph(graph, [tf.transpose(images as tf.Tensor4D, [0, 2, 3, 1])]);
    const output = outputs.find(({ rank }) => rank === 3) ?? (outputs[0] as tf.Tensor);
    return [sharesToPixels ? inPixels(output as tf.Tensor3D, [height, width]) : output];
  };
  const inputs = [{ name: "images", shape: [batch, 3, height, width] }];
  const model = await onTracingBackend(() =>
    trace(run, { inputs, outputNames: ["output0"], metadata: metadataOf(graph.metadata) }),
  );
  return serializeModel(model);
}

/** What the rest of the program reads from ONNX files. */
function metadataOf({ names, stride, task }: OperationGraph["metadata"]): Record<string, string> {
  const list = typeof names === "object" && names !== null ? Object.values(names).map(String) : undefined;
  return {
    ...(list === undefined ? {} : { names: formatClassNames(list) }),
    ...(typeof stride === "number" ? { stride: String(stride) } : {}),
    ...(typeof task === "string" ? { task } : {}),
  };
}

/** Anchors lie all over the image: where no center is beyond 2, boxes are shares of it, not pixels. */
const largestShare = 2;

/** Whether boxes are written as shares of the image's sides, as converters for TensorFlow Lite have it. */
async function givesShares(onnx: Uint8Array, [batch, height, width]: ImageShape): Promise<boolean> {
  const engine = await OnnxEngine.create(onnx);
  try {
    const gray = new Float32Array(batch * 3 * height * width).fill(0.5);
    const [output] = await engine.run(gray, [batch, 3, height, width]);
    const { data, shape } = output as { data: Float32Array; shape: number[] };
    const [, rows = 0, columns = 0] = shape;
    if (shape.length !== 3) return false;
    // The first two channels are the center, wherever the layout has its channels.
    const centers =
      rows < columns
        ? data.subarray(0, 2 * columns)
        : Float32Array.from({ length: 2 * rows }, (_, i) => data[(i >> 1) * columns + (i & 1)] as number);
    return centers.every((value) => value < largestShare);
  } finally {
    await engine.dispose();
  }
}

function inPixels(output: tf.Tensor3D, [height, width]: readonly [number, number]): tf.Tensor3D {
  const [, rows, columns] = output.shape;
  const channels = Math.min(rows, columns);
  const factors = tf.tensor1d(Array.from({ length: channels }, (_, i) => (i > 3 ? 1 : i % 2 === 0 ? width : height)));
  return tf.mul(output, rows < columns ? tf.reshape(factors, [1, channels, 1]) : tf.reshape(factors, [1, 1, channels]));
}

import { readRegular } from "@lookonce/files";
import type { Prediction } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import { parseModel } from "@lookonce/onnx";
import { type EngineTensor, OnnxEngine, type OnnxEngineOptions } from "../engine/onnx-engine.ts";
import { acceptBytes } from "./accept-bytes.ts";
import { type Detector, type DetectorOutput, type DetectorSpec, joinPixels, splitPredictions } from "./detector.ts";
import { type FileFormat, readFileFormat } from "./file-format.ts";

/** Side of the image that a file of free size is run on once, to learn the shape of its output. */
const probeSide = 320;

/**
 * Creates an exported detector: an ONNX file whose input is `[N, 3, H, W]`, RGB from 0 to 1 in single or half precision, of one
 * size or any, for a fixed number of images or any, and whose first output is one of
 *
 * - `[N, 4 + nc, A]` (YOLOv8) or `[N, A, 5 + nc]` (YOLOv5), or either with its last axes swapped
 * - `[N, rows, 6]`: left, top, right, bottom, confidence, class, with suppression built in
 *
 * or a graph model of TensorFlow.js (`model.json`), which is converted to such a file in memory.
 *
 * Names, stride and the like come from its metadata.
 */
export async function createFileDetector(path: string, options: OnnxEngineOptions = {}): Promise<Detector> {
  const bytes = await readModel(path);
  const model = parseModel(bytes, path);
  let engine: OnnxEngine | undefined;
  const compile = async (): Promise<OnnxEngine> => {
    const graph = { ...model.graph, outputs: model.graph.outputs.slice(0, 1) };
    engine ??= await OnnxEngine.create(acceptBytes({ ...model, graph }, { op: "Div", by: 255 }), {
      name: path,
      ...options,
    });
    return engine;
  };
  try {
    const format = await readFileFormat(path, model, async () => outputShape(await compile()));
    const isOnCpu = (options.executionProviders ?? ["cpu"])[0] === "cpu";
    const spec: DetectorSpec = { kind: "file", path, bytes: bytes.length };
    const compiled = await compile();
    return {
      ...format,
      isSuppressed: format.output === "detections",
      detect: (images) => detect(compiled, format, images, isOnCpu ? 1 : images.length),
      spec: async () => (isOnCpu ? spec : undefined),
      dispose: () => compiled.dispose(),
    };
  } catch (error) {
    await engine?.dispose();
    throw error;
  }
}

/** @param maxBatch for files of any batch: on the CPU a batch takes as long as its images one by one, and more memory */
async function detect(
  engine: OnnxEngine,
  format: FileFormat,
  images: readonly Image[],
  maxBatch: number,
): Promise<DetectorOutput> {
  const start = performance.now();
  const { fixedBatch, output: layout, names, family } = format;
  const { hasObjectness } = family;
  const predictions: Prediction[] = [];
  const step = fixedBatch ?? maxBatch;
  for (let from = 0; from < images.length; from += step) {
    const group = images.slice(from, from + step);
    const { width, height } = group[0] as Image;
    const count = fixedBatch ?? group.length;
    const [output] = (await engine.run(joinPixels(group, count), [count, height, width, 3])) as [EngineTensor];
    if (layout !== "detections") predictions.push(...splitPredictions(output, group.length, { hasObjectness, layout }));
    else {
      const rows = splitPredictions(output, group.length, { hasObjectness });
      predictions.push(...rows.map(({ data }) => detectionsAsPrediction(data, hasObjectness, names.length)));
    }
  }
  return { predictions, prepareMs: 0, inferenceMs: performance.now() - start };
}

/** Runs a model on a black image and returns the shape of its output. */
async function outputShape(engine: OnnxEngine): Promise<readonly number[]> {
  const shape = engine.input.shape.map((side, axis) => {
    if (typeof side === "number" && side > 0) return side;
    return axis === 0 ? 1 : probeSide;
  });
  const pixels = new Uint8Array(shape.reduce((product, side) => product * side, 1));
  const [output] = await engine.run(pixels, shape);
  return (output as EngineTensor).shape;
}

/**
 * Rows of left, top, right, bottom, confidence, class as a prediction: center x, y, width, height, perhaps an
 * objectness of 1, and a probability for each class.
 */
function detectionsAsPrediction(rows: Float32Array, hasObjectness: boolean, nc: number): Prediction {
  const count = rows.length / 6;
  const first = hasObjectness ? 5 : 4;
  const channels = first + nc;
  const data = new Float32Array(count * channels);
  for (let i = 0; i < count; i++) {
    const [left = 0, top = 0, right = 0, bottom = 0, score = 0, label = 0] = rows.subarray(6 * i, 6 * i + 6);
    const row = data.subarray(i * channels, (i + 1) * channels);
    row.set([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]);
    if (hasObjectness) row[4] = 1;
    // Classes without a name do not exist in the model
    if (label >= 0 && label < nc) row[first + label] = score;
  }
  return { data, shape: [1, count, channels], layout: "NAC", hasObjectness };
}

async function readModel(path: string): Promise<Uint8Array> {
  if (/\.json$/i.test(path)) {
    const { graphModelToOnnx } = await import("@lookonce/graph-model");
    return graphModelToOnnx(path);
  }
  return readRegular(path, { what: "model" });
}

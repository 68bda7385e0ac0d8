import { readFile } from "node:fs/promises";
import { LookonceError } from "@lookonce/errors";
import type { Prediction } from "@lookonce/geometry";
import type { Image, Size } from "@lookonce/image";
import { parseModel } from "@lookonce/onnx";
import { type EngineTensor, OnnxEngine, type OnnxEngineOptions } from "../engine/onnx-engine.ts";
import { type Detector, type DetectorFamily, type DetectorOutput, type DetectorSpec, joinPixels } from "./detector.ts";
import { acceptBytes, type FileFormat, readFileFormat } from "./file-format.ts";

/** Side of the image that a file of free size is run on once, to learn the shape of its output. */
const probeSide = 320;

/**
 * An exported detector: an ONNX file whose input is `[N, 3, H, W]`, RGB from 0 to 1 in single or half precision, of one size
 * or any, for a fixed number of images or any, and whose output is one of
 *
 * - `[N, 4 + nc, A]` (YOLOv8) or `[N, A, 5 + nc]` (YOLOv5), or either with its last axes swapped
 * - `[N, rows, 6]`: left, top, right, bottom, confidence, class, with suppression built in
 *
 * or a graph model of TensorFlow.js (`model.json`), which is converted to such a file in memory.
 *
 * Names, stride and the like come from its metadata.
 */
export class FileDetector implements Detector {
  readonly family: DetectorFamily;
  readonly names: readonly string[];
  readonly stride: number;
  readonly fixedSize: Size | undefined;
  readonly isSuppressed: boolean;
  readonly #engine: OnnxEngine;
  readonly #format: FileFormat;
  readonly #spec: DetectorSpec | undefined;

  private constructor(engine: OnnxEngine, format: FileFormat, spec: DetectorSpec | undefined) {
    this.#engine = engine;
    this.#format = format;
    this.#spec = spec;
    this.family = format.family;
    this.names = format.names;
    this.stride = format.stride;
    this.fixedSize = format.fixedSize;
    this.isSuppressed = format.output.kind === "detections";
  }

  /**
   * Reads and compiles the file.
   *
   * @throws LookonceError `NOT_FOUND`, `FORMAT` for a damaged file or one that is no detector, `UNSUPPORTED` for one of
   *   another kind
   */
  static async create(path: string, options: OnnxEngineOptions = {}): Promise<FileDetector> {
    const bytes = await readModel(path);
    const model = parseModel(bytes, path);
    let engine: OnnxEngine | undefined;
    const compiled = async (): Promise<OnnxEngine> => {
      engine ??= await OnnxEngine.create(acceptBytes(model), { name: path, ...options });
      return engine;
    };
    try {
      const format = await readFileFormat(path, model, async () => outputShape(await compiled()));
      const { executionProviders = ["cpu"] } = options;
      const onCpu = executionProviders[0] === "cpu";
      return new FileDetector(
        await compiled(),
        format,
        onCpu ? { kind: "file", path, bytes: bytes.length } : undefined,
      );
    } catch (error) {
      await engine?.dispose();
      throw error;
    }
  }

  async detect(images: readonly Image[]): Promise<DetectorOutput> {
    const start = performance.now();
    const { fixedBatch } = this.#format;
    // On the CPU a batch takes as long as its images one by one, and more memory
    const maxBatch = fixedBatch ?? (this.#spec === undefined ? images.length : 1);
    const predictions: Prediction[] = [];
    for (let from = 0; from < images.length; from += maxBatch) {
      const group = images.slice(from, from + maxBatch);
      const { width, height } = group[0] as Image;
      const count = fixedBatch ?? group.length;
      const [output] = await this.#engine.run(joinPixels(group, count), [count, height, width, 3]);
      predictions.push(...splitOutput(output as EngineTensor, this.#format).slice(0, group.length));
    }
    return { predictions, prepareMs: 0, inferenceMs: performance.now() - start };
  }

  async spec(): Promise<DetectorSpec | undefined> {
    return this.#spec;
  }

  async dispose(): Promise<void> {
    await this.#engine.dispose();
  }
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

/** Splits a batch's output into predictions of its images, without copying those that are in the usual format. */
function splitOutput({ data, shape }: EngineTensor, { output, names, family }: FileFormat): Prediction[] {
  const [count, rows, columns] = shape as [number, number, number];
  const { hasObjectness } = family;
  return Array.from({ length: count }, (_, i): Prediction => {
    const part = data.subarray(i * rows * columns, (i + 1) * rows * columns);
    if (output.kind === "detections") return detectionsAsPrediction(part, hasObjectness, names.length);
    return { data: part, shape: [1, rows, columns], layout: output.layout, hasObjectness };
  });
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
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT")
      throw new LookonceError("NOT_FOUND", `there is no model ${path}: check the path.`, { cause });
    throw new LookonceError("IO", `cannot read the model ${path}: ${message}`, { cause });
  }
}

import { readFile } from "node:fs/promises";
import { LookonceError } from "@lookonce/errors";
import type { Image, Size } from "@lookonce/image";
import { parseModel } from "@lookonce/onnx";
import { type EngineTensor, OnnxEngine, type OnnxEngineOptions } from "../engine/onnx-engine.ts";
import type { CompiledDetector, Detector, RawDetections } from "./detector.ts";
import { type FileForm, readFileForm } from "./file-form.ts";
import { takeImages } from "./image-input.ts";
import { joinPixels } from "./join-pixels.ts";
import type { DetectorRecipe } from "./recipe.ts";

/** Side of the image that a file of free size is asked with what it gives. */
const askedSide = 320;

/**
 * An exported detector: an ONNX file that takes `[N, 3, H, W]`, RGB from 0 to 1 in single or half precision, for one size or
 * any, so many images at once or any number, and gives one of
 *
 * - `[N, 4 + nc, A]` (YOLOv8) or `[N, A, 5 + nc]` (YOLOv5), or either with its last axes the other way round
 * - `[N, rows, 6]`: left, top, right, bottom, confidence, class, with suppression built in
 *
 * or a graph model of TensorFlow.js (`model.json`), which is turned into such a file in memory.
 *
 * Names, stride and the like come from its metadata.
 */
export class FileDetector implements Detector {
  readonly family: "v5" | "v8";
  readonly names: readonly string[];
  readonly stride: number;
  readonly fixedSize: Size | undefined;
  readonly #engine: OnnxEngine;
  readonly #form: FileForm;
  readonly #recipe: DetectorRecipe | undefined;

  private constructor(engine: OnnxEngine, form: FileForm, recipe: DetectorRecipe | undefined) {
    this.#engine = engine;
    this.#form = form;
    this.#recipe = recipe;
    this.family = form.family;
    this.names = form.names;
    this.stride = form.stride;
    this.fixedSize = form.fixedSize;
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
      engine ??= await OnnxEngine.create(takeImages(model), { name: path, ...options });
      return engine;
    };
    try {
      const form = await readFileForm(path, model, async () => outputShape(await compiled()));
      const { executionProviders = ["cpu"] } = options;
      const onCpu = executionProviders[0] === "cpu";
      const recipe: DetectorRecipe | undefined = onCpu ? { kind: "file", path, bytes: bytes.length } : undefined;
      return new FileDetector(await compiled(), form, recipe);
    } catch (error) {
      await engine?.dispose();
      throw error;
    }
  }

  async compile({ width, height }: Size): Promise<CompiledDetector> {
    const engine = this.#engine;
    const form = this.#form;
    // On the CPU a batch takes as long as its images one by one, and more memory.
    const most = form.fixedBatch ?? (this.#recipe === undefined ? Number.POSITIVE_INFINITY : 1);
    return {
      async run(images: readonly Image[]): Promise<RawDetections[]> {
        const found: RawDetections[] = [];
        for (let from = 0; from < images.length; from += most) {
          const group = images.slice(from, from + most);
          const count = form.fixedBatch ?? group.length;
          const [output] = await engine.run(joinPixels(group, count), [count, height, width, 3]);
          found.push(...split(output as EngineTensor, form).slice(0, group.length));
        }
        return found;
      },
    };
  }

  async recipe(): Promise<DetectorRecipe | undefined> {
    return this.#recipe;
  }

  async dispose(): Promise<void> {
    await this.#engine.dispose();
  }
}

/** What a model gives for an image, which it is shown for that. */
async function outputShape(engine: OnnxEngine): Promise<readonly number[]> {
  const shape = engine.input.shape.map((side, axis) => {
    if (typeof side === "number" && side > 0) return side;
    return axis === 0 ? 1 : askedSide;
  });
  const pixels = new Uint8Array(shape.reduce((product, side) => product * side, 1));
  const [output] = await engine.run(pixels, shape);
  return (output as EngineTensor).shape;
}

/** An output by images. */
function split({ data, shape }: EngineTensor, { output, names, family }: FileForm): RawDetections[] {
  const [count, rows, columns] = shape as [number, number, number];
  return Array.from({ length: count }, (_, i): RawDetections => {
    const part = data.subarray(i * rows * columns, (i + 1) * rows * columns);
    if (output.kind === "predictions") return { data: part, shape: [1, rows, columns], layout: output.layout };
    return asPredictions(part, family, names.length);
  });
}

/**
 * Rows of left, top, right, bottom, confidence, class as predictions of a family: center x, y, width, height, for v5 a
 * certain objectness, and a probability a class.
 */
function asPredictions(rows: Float32Array, family: "v5" | "v8", nc: number): RawDetections {
  const count = rows.length / 6;
  const first = family === "v5" ? 5 : 4;
  const channels = first + nc;
  const data = new Float32Array(count * channels);
  for (let i = 0; i < count; i++) {
    const [left, top, right, bottom, confidence, label] = rows.subarray(6 * i, 6 * i + 6) as unknown as [
      left: number,
      top: number,
      right: number,
      bottom: number,
      confidence: number,
      label: number,
    ];
    const row = data.subarray(i * channels, (i + 1) * channels);
    row.set([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]);
    if (family === "v5") row[4] = 1;
    // Of classes without a name the model has none.
    if (label >= 0 && label < nc) row[first + label] = confidence;
  }
  return { data, shape: [1, count, channels], layout: "NAC", isSuppressed: true };
}

async function readModel(path: string): Promise<Uint8Array> {
  if (/\.json$/i.test(path)) {
    const { graphModelToOnnx } = await import("../tensorflow/graph-to-onnx.ts");
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

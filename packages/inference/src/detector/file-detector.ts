import { readFile } from "node:fs/promises";
import type { Picture, Size } from "@lookonce/augment";
import { LookonceError } from "@lookonce/errors";
import { modelMetadata, parseModel, type ValueInfo } from "@lookonce/onnx";
import { floatPixels } from "../engine/float-pixels.ts";
import { OnnxEngine, type OnnxEngineOptions } from "../engine/onnx-engine.ts";
import { parseClassNames } from "./class-names.ts";
import type { CompiledDetector, Detector, RawDetections } from "./detector.ts";

/** The largest stride of YOLO models that do not say theirs. */
const usualStride = 32;

/**
 * An exported detector: an ONNX file that takes `[1, 3, H, W]`, float32 RGB from 0 to 1, and gives `[1, 4 + nc, A]`
 * (YOLOv8) or `[1, A, 5 + nc]` (YOLOv5). Names and stride come from its metadata.
 */
export class FileDetector implements Detector {
  readonly family: "v5" | "v8";
  readonly names: readonly string[];
  readonly stride: number;
  readonly fixedSize: Size | undefined;
  readonly #engine: OnnxEngine;

  private constructor(engine: OnnxEngine, form: FileForm) {
    this.#engine = engine;
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
    const form = readForm(path, {
      input: model.graph.inputs[0],
      output: model.graph.outputs[0],
      metadata: modelMetadata(model),
    });
    return new FileDetector(await OnnxEngine.create(bytes, { name: path, ...options }), form);
  }

  async compile({ width, height }: Size): Promise<CompiledDetector> {
    const engine = this.#engine;
    const layout = this.family === "v8" ? "NCA" : "NAC";
    return {
      async run(picture: Picture): Promise<RawDetections> {
        const [output] = await engine.run(floatPixels(picture), [1, 3, height, width]);
        return { ...(output as { data: Float32Array; shape: number[] }), layout };
      },
    };
  }

  async dispose(): Promise<void> {
    await this.#engine.dispose();
  }
}

interface FileForm {
  family: "v5" | "v8";
  names: string[];
  stride: number;
  fixedSize: Size | undefined;
}

interface FileDescription {
  input: ValueInfo | undefined;
  output: ValueInfo | undefined;
  metadata: Readonly<Record<string, string>>;
}

async function readModel(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT")
      throw new LookonceError("NOT_FOUND", `there is no model ${path}: check the path.`, { cause });
    throw new LookonceError("IO", `cannot read the model ${path}: ${message}`, { cause });
  }
}

function readForm(path: string, { input, output, metadata }: FileDescription): FileForm {
  const shape = input?.shape ?? [];
  const [batch, channels, height, width] = shape;
  if (input?.type !== "float32" || shape.length !== 4 || channels !== 3 || (typeof batch === "number" && batch !== 1)) {
    throw new LookonceError(
      "UNSUPPORTED",
      `${path} takes ${input?.type} [${shape.join(", ")}]; a detector takes float32 pictures [1, 3, height, width].`,
    );
  }
  if (metadata.task !== undefined && metadata.task !== "detect") {
    throw new LookonceError("UNSUPPORTED", `${path} is a model for "${metadata.task}"; only "detect" can be run.`);
  }
  const given = metadata.names === undefined ? undefined : parseClassNames(metadata.names);
  const { family, nc } = readOutput(path, output, given?.length);
  const stride = Number(metadata.stride);
  return {
    family,
    names: given ?? Array.from({ length: nc }, (_, i) => String(i)),
    stride: Number.isInteger(stride) && stride > 0 ? stride : usualStride,
    fixedSize: typeof height === "number" && typeof width === "number" ? { width, height } : undefined,
  };
}

/** Anchors are many more than channels, and the families put their channels at different places. */
function readOutput(path: string, output: ValueInfo | undefined, nc?: number): { family: "v5" | "v8"; nc: number } {
  const [, rows, columns] = output?.shape ?? [];
  if (output?.shape?.length === 3) {
    if (nc === undefined && typeof rows === "number" && typeof columns === "number") {
      return rows < columns ? { family: "v8", nc: rows - 4 } : { family: "v5", nc: columns - 5 };
    }
    if (nc !== undefined && rows === 4 + nc) return { family: "v8", nc };
    if (nc !== undefined && columns === 5 + nc) return { family: "v5", nc };
  }
  const expected =
    nc === undefined
      ? "[1, 4 + classes, anchors] or [1, anchors, 5 + classes]"
      : `[1, ${4 + nc}, anchors] or [1, anchors, ${5 + nc}] for its ${nc} class names`;
  throw new LookonceError(
    "UNSUPPORTED",
    `${path} gives [${output?.shape?.join(", ")}]; a detector gives ${expected}. Models with suppression built in cannot be run.`,
  );
}

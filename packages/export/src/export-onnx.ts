import { LookonceError } from "@lookonce/errors";
import { type EngineTensor, formatClassNames, OnnxEngine, traceDetector } from "@lookonce/inference";
import { copyModel, type DetectionModel, fuse } from "@lookonce/nn";
import { type OnnxModel, serializeModel } from "@lookonce/onnx";
import { type Differences, differences, testPicture } from "./compare.ts";
import { pictureSize } from "./picture-size.ts";
import { simplifyModel } from "./simplify-model.ts";
import { writeWhole } from "./write-whole.ts";

/** Options of {@link exportOnnx}. */
export interface ExportOnnxOptions {
  /** The file to write; its folder is made when it is missing. */
  file: string;
  /** Side of the pictures, or `[height, width]`, in pixels; multiples of the model's stride. Default 640. */
  imgsz?: number | readonly [height: number, width: number];
  /** Pictures in a batch. Default 1. */
  batch?: number;
  /** Version of ONNX's operators. Default 17, which most programs that run ONNX files take. */
  opset?: number;
}

/** What {@link exportOnnx} did. */
export interface ExportOnnxReport {
  file: string;
  /** Size of the file. */
  bytes: number;
  /** The largest difference between the file's output and the model's: the larger of {@link differences}. */
  largestDifference: number;
  /** The same apart: of boxes in pixels, of probabilities. */
  differences: Differences;
  /** How long it took, with the check. */
  seconds: number;
}

/** Boxes may differ by this share of the picture's longer side, and probabilities by this, before an export fails. */
const tolerance = { pixels: 1e-3, probability: 1e-3 };

/**
 * Writes a detector as an ONNX file: `images` [batch, 3, H, W], float32 RGB from 0 to 1, to `output0`,
 * [batch, 4 + nc, A] for YOLOv8 and [batch, A, 5 + nc] for YOLOv5, as other programs for YOLO expect it.
 *
 * The model itself stays as it is; batch normalisations are folded in a copy. Before anything is written the file's
 * contents are run by ONNX Runtime and compared with the model.
 *
 * @throws LookonceError `ARGUMENT` for a size that does not fit the stride, `NUMERIC` when the numbers disagree, `IO` when
 *   the file cannot be written
 */
export async function exportOnnx(model: DetectionModel, options: ExportOnnxOptions): Promise<ExportOnnxReport> {
  const start = performance.now();
  const [height, width] = pictureSize(options.imgsz ?? 640, model.step);
  const form = { height, width, batch: options.batch ?? 1 };
  const traced = await traceFused(model, { ...form, opset: options.opset ?? 17 });
  const bytes = serializeModel(simplifyModel(traced));
  const found = await compare(model, bytes, form);
  if (!(found.pixels <= tolerance.pixels * Math.max(height, width) && found.probability <= tolerance.probability)) {
    throw new LookonceError(
      "NUMERIC",
      `${options.file} was not written: ONNX Runtime's boxes differ from the model's by ${found.pixels} pixels and its probabilities by ${found.probability}.`,
    );
  }
  await writeWhole(options.file, bytes);
  return {
    file: options.file,
    bytes: bytes.length,
    largestDifference: Math.max(found.pixels, found.probability),
    differences: found,
    seconds: (performance.now() - start) / 1000,
  };
}

interface Form {
  height: number;
  width: number;
  batch: number;
}

/** The keys are those by which programs know exported YOLO models (Ultralytics 8.3). */
async function traceFused(model: DetectionModel, form: Form & { opset: number }): Promise<OnnxModel> {
  const copy = fuse(await copyModel(model));
  try {
    const description = `${model.config.name} for ${model.nc} classes`;
    const metadata = {
      description,
      author: "lookonce",
      task: "detect",
      stride: String(Math.max(...model.strides)),
      batch: String(form.batch),
      imgsz: `[${form.height}, ${form.width}]`,
      names: formatClassNames(model.names),
    };
    return await traceDetector(copy, { ...form, metadata, description });
  } finally {
    copy.dispose();
  }
}

async function compare(model: DetectionModel, bytes: Uint8Array, { height, width, batch }: Form): Promise<Differences> {
  const engine = await OnnxEngine.create(bytes);
  try {
    const imagesShape = [batch, 3, height, width] as const;
    const images = testPicture(imagesShape);
    const [output] = (await engine.run(images, imagesShape)) as [EngineTensor];
    return await differences(model, { images, imagesShape, output: output.data, outputShape: output.shape });
  } finally {
    await engine.dispose();
  }
}

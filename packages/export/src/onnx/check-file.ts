import { type Detections, nonMaxSuppression } from "@lookonce/boxes";
import { LookonceError } from "@lookonce/errors";
import { type EngineTensor, OnnxEngine } from "@lookonce/inference";
import type { DetectionModel } from "@lookonce/nn";
import { checkPicture } from "../check-picture.ts";
import { type Differences, largestDifferences, predict } from "../compare.ts";
import type { OnnxForm, SuppressionForm } from "./options.ts";
import { surestDifferences } from "./surest-differences.ts";

/**
 * What an export may differ by before it fails: boxes by this share of the picture's longer side, probabilities by this.
 * With `half` and `int8` it is the weighted mean of the surest predictions that is held to it.
 */
const tolerances = {
  single: { pixels: 1e-3, probability: 1e-3 },
  half: { pixels: 5e-3, probability: 0.02 },
  int8: { pixels: 0.05, probability: 0.2 },
} as const;

/** A file's contents, before it is written. */
export interface FileContents {
  /** Where it will be. */
  readonly file: string;
  /** The same without suppression. */
  readonly plain: Uint8Array;
  readonly bytes: Uint8Array;
}

/**
 * Runs a file's contents on a photograph and compares them with what the model itself says: without suppression first, then
 * what suppression makes of that. With free sizes, at two sizes and numbers of pictures.
 *
 * @returns the largest differences found
 * @throws LookonceError `NUMERIC` when they exceed what is allowed
 */
export async function checkFile(model: DetectionModel, contents: FileContents, form: OnnxForm): Promise<Differences> {
  const worst = { pixels: 0, probability: 0 };
  for (const size of checkedSizes(model, form)) {
    const images = await checkPicture(size);
    const shape = [size.batch, 3, size.height, size.width] as const;
    const output = await run(contents.plain, images, shape);
    const found = await compare(model, { images, shape, output }, form);
    require(contents.file, found, { ...allowed(form), side: Math.max(size.height, size.width) });
    if (form.nms !== undefined) {
      const rows = await run(contents.bytes, images, shape);
      requireSuppressed(contents.file, rows, suppressed(model, output, form.nms));
    }
    worst.pixels = Math.max(worst.pixels, found.pixels);
    worst.probability = Math.max(worst.probability, found.probability);
  }
  return worst;
}

interface CheckedSize {
  batch: number;
  height: number;
  width: number;
}

/** The size that the file is for and, with free sizes, a smaller oblong one and one picture more. */
function checkedSizes({ step }: DetectionModel, { dynamic, batch, height, width }: OnnxForm): CheckedSize[] {
  const usual = { batch, height, width };
  if (!dynamic) return [usual];
  const share = (side: number, part: number): number => Math.max(1, Math.round((side * part) / step)) * step;
  return [usual, { batch: batch + 1, height: share(height, 0.5), width: share(width, 0.75) }];
}

async function run(bytes: Uint8Array, images: Float32Array, shape: readonly number[]): Promise<EngineTensor> {
  const engine = await OnnxEngine.create(bytes);
  try {
    const [output] = (await engine.run(images, shape)) as [EngineTensor];
    return output;
  } finally {
    await engine.dispose();
  }
}

interface CheckedRun {
  images: Float32Array;
  shape: readonly [batch: number, channels: number, height: number, width: number];
  output: EngineTensor;
}

async function compare(
  model: DetectionModel,
  { images, shape, output }: CheckedRun,
  { half, int8 }: OnnxForm,
): Promise<Differences> {
  const expected = await predict(model, { images, imagesShape: shape });
  const pair = { expected, found: output.data, shape: output.shape, family: model.family };
  return half || int8 ? surestDifferences(pair) : largestDifferences(pair);
}

function allowed({ half, int8 }: OnnxForm): Differences {
  if (int8) return tolerances.int8;
  return half ? tolerances.half : tolerances.single;
}

function require(file: string, found: Differences, limit: Differences & { side: number }): void {
  // Written so that a NaN fails.
  if (found.pixels <= limit.pixels * limit.side && found.probability <= limit.probability) return;
  throw new LookonceError(
    "NUMERIC",
    `${file} was not written: ONNX Runtime's boxes differ from the model's by ${found.pixels} pixels and its probabilities by ${found.probability}.`,
  );
}

function suppressed(
  model: DetectionModel,
  output: EngineTensor,
  { conf, iou, maxDet, agnostic }: SuppressionForm,
): Detections[] {
  const layout = model.family === "v8" ? "NCA" : "NAC";
  return nonMaxSuppression({ ...output, layout, family: model.family }, { conf, iou, maxDet, agnostic });
}

/** Suppression decides alike on the same numbers: as many detections, classes and confidences the same, boxes nearly. */
function requireSuppressed(file: string, { data, shape }: EngineTensor, expected: readonly Detections[]): void {
  const rows = shape[1] as number;
  for (const [picture, { count, boxes, confidences, classes }] of expected.entries()) {
    for (let i = 0; i < rows; i++) {
      const row = data.subarray((picture * rows + i) * 6, (picture * rows + i + 1) * 6);
      const wanted =
        i < count ? [...boxes.subarray(4 * i, 4 * i + 4), confidences[i] ?? 0, classes[i] ?? 0] : [0, 0, 0, 0, 0, 0];
      if (wanted.every((value, k) => Math.abs(value - (row[k] as number)) <= 1e-3)) continue;
      throw new LookonceError(
        "NUMERIC",
        `${file} was not written: row ${i} of its suppression is [${row.join(", ")}], not [${wanted.join(", ")}].`,
      );
    }
  }
}

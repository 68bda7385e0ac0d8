import { LookonceError } from "@lookonce/errors";
import { familyOf, taskOf } from "@lookonce/families";
import {
  type Detections,
  nonMaxSuppression,
  type RotatedDetections,
  rotatedNonMaxSuppression,
} from "@lookonce/geometry";
import { type EngineTensor, OnnxEngine } from "@lookonce/inference";
import type { DetectionModel } from "@lookonce/nn";
import { agreementOf, requireAgreement } from "../agreement.ts";
import { channelsLast } from "../channels-last.ts";
import type { ImageBatch } from "../check-image.ts";
import { type Differences, worstOf } from "../compare.ts";
import type { Agreement } from "../export-report.ts";
import type { OnnxSpec } from "./options.ts";

/** A file's contents, before it is written. */
export interface FileContents {
  /** Where it will be. */
  readonly file: string;
  /** The same without suppression and selection. */
  readonly plain: Uint8Array;
  readonly bytes: Uint8Array;
}

/** How far the rows of suppression may lie from those of our own on the same numbers; pixels are in single precision. */
const rowTolerance = 1e-3;

/** How far confidences of one network may lie apart in two graphs. */
const scoreTolerance = 1e-6;

/**
 * Runs a file's contents on a photograph and compares them with what the model itself says: without suppression first, then
 * what suppression or selection makes of that. With free sizes, at two sizes and numbers of images.
 *
 * @returns the largest differences found
 * @throws LookonceError `NUMERIC` when they exceed what is allowed
 */
export async function checkFile(model: DetectionModel, contents: FileContents, spec: OnnxSpec): Promise<Agreement> {
  const found: Differences[] = [];
  for (const size of checkedSizes(model, spec)) {
    const shape = [size.batch, 3, size.height, size.width] as const;
    let plain: { images: Float32Array; output: EngineTensor } | undefined;
    const { differences } = await requireAgreement(model, {
      ...size,
      file: contents.file,
      precision: spec.int8 ? "uint8" : spec.half ? "float16" : "float32",
      endToEnd: spec.selection !== undefined,
      predict: async (images) => {
        const [output, prototypes] = await run(contents.plain, images, shape);
        plain = { images, output };
        return { ...output, prototypes: prototypes && channelsLast(prototypes) };
      },
    });
    found.push(differences);
    const { nms, selection } = spec;
    const options = selection === undefined ? nms : { ...selection, conf: 0, iou: 1 };
    if (options === undefined || plain === undefined) continue;
    const [rows] = await run(contents.bytes, plain.images, shape);
    const { outputLayout: layout, hasObjectness } = familyOf(model.family);
    const endToEnd = selection !== undefined;
    const prediction = { ...plain.output, layout, hasObjectness, extras: model.extras, endToEnd };
    const isRotated = taskOf(model.task).suppression === "rotated";
    const expected = isRotated
      ? rotatedNonMaxSuppression(prediction, options).map(inColumns)
      : nonMaxSuppression(prediction, options);
    if (endToEnd) requireSelected(contents.file, rows, expected);
    else requireSuppressed(contents.file, rows, expected);
  }
  return agreementOf(worstOf(found));
}

/** The size that the file is for and, with free sizes, another, oblong one and one image more. */
function checkedSizes(
  { maxStride: step }: DetectionModel,
  { dynamic, batch, height, width }: OnnxSpec,
): Required<ImageBatch>[] {
  const usual = { batch, height, width };
  if (!dynamic) return [usual];
  const share = (side: number, part: number): number => Math.max(1, Math.round((side * part) / step)) * step;
  const [less, wide] = [share(height, 0.5), share(width, 0.75)];
  const isSame = less === height && wide === width;
  return [usual, { batch: batch + 1, height: less, width: isSame ? width + step : wide }];
}

async function run(
  bytes: Uint8Array,
  images: Float32Array,
  shape: readonly number[],
): Promise<[EngineTensor, EngineTensor?]> {
  const engine = await OnnxEngine.create(bytes);
  try {
    return (await engine.run(images, shape)) as [EngineTensor, EngineTensor?];
  } finally {
    await engine.dispose();
  }
}

/** Rotated boxes as center x, center y, width, height, with the angle as their extra. */
function inColumns({ rotated, ...detections }: RotatedDetections): Detections {
  const isAngle = (i: number): boolean => i % 5 === 4;
  return {
    ...detections,
    boxes: rotated.filter((_, i) => !isAngle(i)),
    extras: rotated.filter((_, i) => isAngle(i)),
  };
}

/** Suppression decides alike on the same numbers: as many detections, classes and scores the same, boxes nearly. */
function requireSuppressed(file: string, { data, shape }: EngineTensor, expected: readonly Detections[]): void {
  const [, rows, width] = shape as [number, number, number];
  const extras = width - 6;
  for (const [image, { count, boxes, scores, classes, extras: others }] of expected.entries()) {
    for (let i = 0; i < rows; i++) {
      const row = data.subarray((image * rows + i) * width, (image * rows + i + 1) * width);
      const box = boxes.subarray(4 * i, 4 * i + 4);
      const rest = others?.subarray(extras * i, extras * (i + 1)) ?? [];
      const wanted = i < count ? [...box, scores[i] ?? 0, classes[i] ?? 0, ...rest] : new Array<number>(width).fill(0);
      if (wanted.every((value, k) => Math.abs(value - (row[k] as number)) <= rowTolerance)) continue;
      throw new LookonceError(
        "NUMERIC",
        `${file} was not written: row ${i} of its suppression is [${row.join(", ")}], not [${wanted.join(", ")}].`,
      );
    }
  }
}

/**
 * Selection decides alike on nearly the same numbers: confidences in the same order, and every row is one of the expected. Rows
 * of nearly the same confidence may change places, and the last of them may be others.
 */
function requireSelected(file: string, { data, shape }: EngineTensor, expected: readonly Detections[]): void {
  const [, rows, width] = shape as [number, number, number];
  const extras = width - 6;
  for (const [image, { boxes, scores, classes, extras: others }] of expected.entries()) {
    const wanted = Array.from(scores, (score, i) => {
      const rest = others?.subarray(extras * i, extras * (i + 1)) ?? [];
      return [...boxes.subarray(4 * i, 4 * i + 4), score, classes[i] ?? 0, ...rest];
    });
    const last = (scores.at(-1) ?? 0) + scoreTolerance;
    for (let i = 0; i < rows; i++) {
      const row = data.subarray((image * rows + i) * width, (image * rows + i + 1) * width);
      const isNear = (one: readonly number[]): boolean => {
        return one.every((value, k) => Math.abs(value - (row[k] as number)) <= rowTolerance);
      };
      const score = row[4] as number;
      const isInOrder = Math.abs(score - (scores[i] ?? 0)) <= scoreTolerance;
      if (isInOrder && (score <= last || wanted.some(isNear))) continue;
      throw new LookonceError(
        "NUMERIC",
        `${file} was not written: row ${i} of its detections is [${row.join(", ")}], which is not among the model's.`,
      );
    }
  }
}

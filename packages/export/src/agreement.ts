import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import { checkImage, checkImageName, type ImageBatch } from "./check-image.ts";
import { type Differences, largestDifferences, type Prediction, predict, surestDifferences } from "./compare.ts";
import type { Agreement } from "./export-report.ts";

/** How a file stores weights: as they are, in half precision, or in 8 bits of a range of their own. */
export type WeightPrecision = "float32" | "float16" | "uint8";

/**
 * Tolerances of an export: boxes by this share of the image's longer side, probabilities and other numbers by this.
 * With less than single precision it is the weighted mean of the surest predictions that is compared with it.
 */
const tolerances: Readonly<Record<WeightPrecision, Required<Differences>>> = {
  float32: { pixels: 1e-3, probability: 1e-3, value: 2e-3 },
  float16: { pixels: 5e-3, probability: 0.02, value: 0.05 },
  uint8: { pixels: 0.05, probability: 0.2, value: 0.5 },
};

/** Something that was written and what it is compared by. */
export interface Candidate extends Required<ImageBatch> {
  /** Where it will be, for errors. */
  file: string;
  precision: WeightPrecision;
  /** Whether it predicts with the one-to-one branch. Default false. */
  endToEnd?: boolean;
  /** What it predicts for images [batch, 3, H, W], as {@link predict} returns it of the model. */
  predict(images: Float32Array): Promise<Prediction>;
}

/**
 * Runs what was written on a photograph and compares it with what the model itself says.
 *
 * @throws LookonceError `NUMERIC` when they differ by more than is allowed
 */
export async function requireAgreement(model: DetectionModel, candidate: Candidate): Promise<Agreement> {
  const { file, height, width, batch, precision, endToEnd } = candidate;
  const images = await checkImage({ height, width, batch });
  const expected = await predict(model, images, [batch, 3, height, width], { endToEnd });
  const pair = { model, expected, found: await candidate.predict(images) };
  const found = precision === "float32" ? largestDifferences(pair) : surestDifferences(pair);
  const limit = tolerances[precision];
  // Written so that a NaN fails.
  const { pixels, probability, value = 0 } = found;
  const agrees = pixels <= limit.pixels * Math.max(height, width) && probability <= limit.probability;
  if (!(agrees && value <= limit.value)) {
    const others = found.value === undefined ? "" : `, and its other numbers by ${value}`;
    throw new LookonceError(
      "NUMERIC",
      `${file} was not written: its boxes differ from the model's by ${pixels} pixels and its probabilities by ${probability}${others}.`,
    );
  }
  return agreementOf(found);
}

export function agreementOf(differences: Differences): Agreement {
  const largestDifference = Math.max(differences.pixels, differences.probability, differences.value ?? 0);
  return { differences, largestDifference, checkedOn: checkImageName };
}

import { LookonceError } from "@lookonce/errors";
import type { ImageInput } from "@lookonce/families";
import { fitImage } from "@lookonce/image";
import { OnnxEngine } from "@lookonce/inference";
import type { OnnxModel } from "@lookonce/onnx";
import { floatPixels } from "../../float-pixels.ts";
import type { CalibrationMethod, ExportOnnxOptions } from "../options.ts";
import { Histogram } from "./histogram.ts";
import { planQuantization, type RangeSource } from "./plan.ts";
import { chooseRange, endsOf, leastError, type Range, rangeOf } from "./range.ts";
import { writeQuantized } from "./write-quantized.ts";

/** What {@link quantize} works on. */
export interface QuantizeOptions extends Pick<ExportOnnxOptions, "calibration" | "calibrationMethod" | "onCalibrated"> {
  /** The same network for one image, to run the images of the calibration through. */
  readonly single: OnnxModel;
  readonly height: number;
  /** How images are fitted into the network's input and normalized. */
  readonly input: ImageInput;
  readonly width: number;
}

/**
 * The same network with its convolutions computed with 8-bit integers, in the format that runtimes know: every value is
 * followed by `QuantizeLinear` and `DequantizeLinear`, which they join with the operators between. Activations are unsigned
 * bytes with a range of their own each, learned from images; weights are signed bytes with a scale for every channel.
 *
 * @throws LookonceError `DATA` when there are no images
 */
export async function quantize(network: OnnxModel, options: QuantizeOptions): Promise<OnnxModel> {
  const { calibrationMethod: method = "mse" } = options;
  const plan = planQuantization(network);
  const seen = [...plan.values].flatMap(([name, { kind }]) => (kind === "seen" ? [name] : []));
  const histograms = await collectHistograms(seen, options);
  const ranges = new Map<string, Range>();
  for (const [name, source] of plan.values) ranges.set(name, rangeFor(name, source, { histograms, ranges, method }));
  return writeQuantized(network, plan, ranges);
}

/** `ranges` are those of the values before. */
interface Known {
  readonly histograms: ReadonlyMap<string, Histogram>;
  readonly ranges: ReadonlyMap<string, Range>;
  readonly method: CalibrationMethod;
}

function rangeFor(name: string, source: RangeSource, { histograms, ranges, method }: Known): Range {
  switch (source.kind) {
    case "pixels":
    case "share":
      return rangeOf(0, 1);
    case "seen":
      return chooseRange(histograms.get(name) as Histogram, method, source.activation ? silu : undefined);
    case "silu":
      return siluRange(histograms.get(source.of), ranges.get(source.of) as Range, method);
    case "same":
      return ranges.get(source.as) as Range;
    case "union": {
      const ends = source.of.map((other) => endsOf(ranges.get(other) as Range));
      return rangeOf(Math.min(...ends.map(([low]) => low)), Math.max(...ends.map(([, high]) => high)));
    }
  }
}

/** The range of what SiLU makes of numbers in a range. */
function siluRange(histogram: Histogram | undefined, range: Range, method: CalibrationMethod): Range {
  const [low, high] = endsOf(range);
  if (method !== "mse" || histogram === undefined) {
    return rangeOf(low < 0 ? silu(Math.max(low, siluLowest)) : 0, silu(Math.max(0, high)));
  }
  const { values, counts } = histogram.entries();
  const made = values.map((value) => silu(Math.min(high, Math.max(low, value))));
  const order = Array.from(made.keys()).sort((a, b) => (made[a] as number) - (made[b] as number));
  const inOrder = (numbers: Float64Array): Float64Array => Float64Array.from(order, (i) => numbers[i] as number);
  return leastError({ values: inOrder(made), counts: inOrder(counts) });
}

/** x · σ(x). */
function silu(value: number): number {
  return value / (1 + Math.exp(-value));
}

/** Where SiLU is smallest; it rises on either side. */
const siluLowest = -1.2784645;

/** Runs a network on the images of the calibration, one at a time, and counts the numbers of these of its values. */
async function collectHistograms(
  values: readonly string[],
  { single, calibration = [], onCalibrated, height, width, input }: QuantizeOptions,
): Promise<Map<string, Histogram>> {
  const histograms = values.map((name) => [name, new Histogram()] as const);
  const outputs = values.map((name) => ({ name, type: "float32" as const }));
  const engine = await OnnxEngine.create({ ...single, graph: { ...single.graph, outputs } });
  let count = 0;
  try {
    for await (const image of calibration) {
      const { image: fitted } = fitImage(image, { size: [height, width], fit: input.fit });
      const results = await engine.run(normalized(floatPixels(fitted), input), [1, 3, height, width]);
      for (const [i, [, histogram]] of histograms.entries()) histogram.add((results[i] as { data: Float32Array }).data);
      count += 1;
      onCalibrated?.(count);
    }
  } finally {
    await engine.dispose();
  }
  if (count > 0) return new Map(histograms);
  throw new LookonceError("DATA", "there are no images to calibrate with: int8 needs some, 100 to 300 are usual.");
}

/** Pixels [3, H, W] as the network sees them, in place. */
function normalized(planes: Float32Array, { normalization }: ImageInput): Float32Array {
  if (normalization === undefined) return planes;
  const { mean, deviation } = normalization;
  const area = planes.length / 3;
  for (let i = 0; i < planes.length; i++) {
    const channel = Math.floor(i / area);
    planes[i] = ((planes[i] as number) - (mean[channel] as number)) / (deviation[channel] as number);
  }
  return planes;
}

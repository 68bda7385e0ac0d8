import { LookonceError } from "@lookonce/errors";
import { type Image, letterbox } from "@lookonce/image";
import { floatPixels, OnnxEngine } from "@lookonce/inference";
import type { OnnxModel } from "@lookonce/onnx";
import { Histogram } from "./histogram.ts";

/** Options of {@link collectHistograms}. */
export interface CollectOptions {
  /** Names of the values to look at. */
  readonly values: readonly string[];
  readonly images: Iterable<Image> | AsyncIterable<Image>;
  readonly height: number;
  readonly width: number;
  readonly onCalibrated?: ((images: number) => void) | undefined;
}

/**
 * Runs a network on images, one at a time, and counts the numbers that its values take.
 *
 * @throws LookonceError `DATA` when there are no images
 */
export async function collectHistograms(network: OnnxModel, options: CollectOptions): Promise<Map<string, Histogram>> {
  const { values, images, height, width, onCalibrated } = options;
  const histograms = values.map((name) => [name, new Histogram()] as const);
  const outputs = values.map((name) => ({ name, type: "float32" as const }));
  const engine = await OnnxEngine.create({ ...network, graph: { ...network.graph, outputs } });
  let count = 0;
  try {
    for await (const image of images) {
      const { image: boxed } = letterbox(image, { size: [height, width] });
      const results = await engine.run(floatPixels(boxed), [1, 3, height, width]);
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

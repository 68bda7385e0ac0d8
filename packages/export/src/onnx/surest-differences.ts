import type { Differences, PredictionPair } from "../compare.ts";

/** Predictions count as sure from this share of the surest one's confidence on. */
const sureShare = 0.5;

/**
 * The mean differences of the predictions that matter, each weighted by its confidence: those at least half as sure as the
 * image's surest. Half precision and 8-bit integers change every number a little; of the thousands of places where the
 * model sees nothing this says nothing worth knowing.
 */
export function surestDifferences(pair: PredictionPair): Differences {
  const { expected, found, shape, outputLayout, hasObjectness } = pair;
  const channelsFirst = outputLayout === "NCA";
  const [images, anchors, channels] = (
    channelsFirst ? [shape[0], shape[2], shape[1]] : [shape[0], shape[1], shape[2]]
  ) as [number, number, number];
  const at = (image: number, anchor: number, channel: number): number =>
    channelsFirst ? (image * channels + channel) * anchors + anchor : (image * anchors + anchor) * channels + channel;
  const sums = { weight: 0, pixels: 0, probability: 0 };
  for (let image = 0; image < images; image++) {
    const confidence = (values: Float32Array, anchor: number): number => {
      let best = 0;
      for (let c = hasObjectness ? 5 : 4; c < channels; c++)
        best = larger(best, values[at(image, anchor, c)] as number);
      return hasObjectness ? best * (values[at(image, anchor, 4)] as number) : best;
    };
    const confidences = Float32Array.from({ length: anchors }, (_, anchor) => confidence(expected, anchor));
    const least = sureShare * confidences.reduce(larger, 0);
    for (const [anchor, weight] of confidences.entries()) {
      if (weight < least) continue;
      let distance = 0;
      for (let side = 0; side < 4; side++) {
        const i = at(image, anchor, side);
        distance = larger(distance, Math.abs((expected[i] as number) - (found[i] as number)));
      }
      sums.weight += weight;
      sums.pixels += weight * distance;
      sums.probability += weight * Math.abs(weight - confidence(found, anchor));
    }
  }
  return { pixels: sums.pixels / sums.weight, probability: sums.probability / sums.weight };
}

/** The larger number; a NaN stays one. */
function larger(a: number, b: number): number {
  return Math.max(a, b);
}

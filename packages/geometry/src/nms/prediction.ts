import { LookonceError } from "@lookonce/errors";

/**
 * A network's decoded output for a batch.
 *
 * The channels of an anchor are center x, center y, width, height in network pixels, then for family `v5` the
 * objectness, then a probability for every class.
 */
export interface Prediction {
  data: Float32Array;
  /** `[images, anchors, channels]` in layout `NAC`, `[images, channels, anchors]` in layout `NCA`. */
  shape: readonly number[];
  layout: "NAC" | "NCA";
  /** Number of the anchor in each row, where a prediction of one image has left anchors out. */
  anchors?: Int32Array;
  /** `v8`: no objectness. `v5`: the confidence is objectness times class probability. */
  family: "v5" | "v8";
}

/** Where the numbers of one image's prediction lie. */
export interface ImagePrediction {
  data: Float32Array;
  /** Index of the image's first number. */
  start: number;
  anchors: number;
  anchorNumbers: Int32Array | undefined;
  anchorStride: number;
  channelStride: number;
  /** Number of classes. */
  nc: number;
  hasObjectness: boolean;
}

/**
 * Splits a batch's prediction into images without copying.
 *
 * @throws LookonceError `ARGUMENT` when shape and data disagree or there is no channel for a class
 */
export function splitPrediction(prediction: Prediction): ImagePrediction[] {
  const { data, shape, layout, family } = prediction;
  if (shape.length !== 3 || data.length !== shape.reduce((product, side) => product * side, 1)) {
    throw new LookonceError(
      "ARGUMENT",
      `A prediction has three dimensions and data to match, but the shape is [${shape.join(", ")}] and there are ${data.length} numbers.`,
    );
  }
  const images = shape[0]!;
  const [anchors, channels] = layout === "NAC" ? [shape[1]!, shape[2]!] : [shape[2]!, shape[1]!];
  const hasObjectness = family === "v5";
  const nc = channels - (hasObjectness ? 5 : 4);
  if (nc < 1) {
    throw new LookonceError(
      "ARGUMENT",
      `A ${family} prediction has ${hasObjectness ? 5 : 4} channels and one for each class, but shape [${shape.join(", ")}] in layout ${layout} has ${channels}. Is the layout right?`,
    );
  }
  return Array.from({ length: images }, (_, image) => ({
    data,
    start: image * anchors * channels,
    anchors,
    anchorNumbers: prediction.anchors,
    anchorStride: layout === "NAC" ? channels : 1,
    channelStride: layout === "NAC" ? 1 : anchors,
    nc,
    hasObjectness,
  }));
}

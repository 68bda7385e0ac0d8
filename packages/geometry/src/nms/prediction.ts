import { LookonceError } from "@lookonce/errors";

/**
 * A network's decoded output for a batch.
 *
 * The channels of an anchor are center x, center y, width, height in network pixels, then the objectness where there is
 * one, then a probability for every class, then the task's extras.
 */
export interface Prediction {
  data: Float32Array;
  /** `[images, anchors, channels]` in layout `NAC`, `[images, channels, anchors]` in layout `NCA`. */
  shape: readonly number[];
  layout: "NAC" | "NCA";
  /** Number of the anchor in each row, where a prediction of one image has left anchors out. */
  anchors?: Int32Array;
  /** How many anchors there were before some were left out. Default: as many as there are. */
  allAnchors?: number;
  /** Whether the confidence is objectness times class probability (YOLOv5) or the class probability alone (YOLOv8). */
  hasObjectness: boolean;
  /** Channels after the classes: mask coefficients, keypoints, an angle. Default 0. */
  extras?: number;
  /** Whether each object is predicted once, so that the best are selected and none is suppressed. Default false. */
  endToEnd?: boolean | undefined;
  /** Number of keypoints and of values of each, where the extras are keypoints. */
  keypointShape?: readonly [count: number, values: number] | undefined;
  /** Of a prediction of one image, where the extras are mask coefficients. */
  prototypes?: Prototypes | undefined;
}

/** The maps that an image's masks are combined from (YOLACT; Bolya et al., arXiv 1904.02689). */
export interface Prototypes {
  data: Float32Array;
  shape: readonly [height: number, width: number, channels: number];
}

/** Where the numbers of one image's prediction lie. */
export interface ImagePrediction {
  data: Float32Array;
  /** Index of the image's first number. */
  start: number;
  anchors: number;
  anchorNumbers: Int32Array | undefined;
  /** Number of anchors before some were left out. */
  allAnchors: number;
  anchorStride: number;
  channelStride: number;
  /** Number of classes. */
  nc: number;
  hasObjectness: boolean;
  /** Channels after the classes. */
  extras: number;
  endToEnd: boolean;
}

/** Splits a batch's prediction into images without copying. @throws LookonceError `ARGUMENT` */
export function splitPrediction(prediction: Prediction): ImagePrediction[] {
  const { data, shape, layout, hasObjectness, extras = 0, endToEnd = false } = prediction;
  const [images = 0, second = 0, third = 0] = shape;
  if (shape.length !== 3 || data.length !== images * second * third) {
    throw new LookonceError(
      "ARGUMENT",
      `A prediction has three dimensions and data to match, but the shape is [${shape.join(", ")}] and there are ${data.length} numbers.`,
    );
  }
  const [anchors, channels] = layout === "NAC" ? [second, third] : [third, second];
  const others = hasObjectness ? 5 : 4;
  const nc = channels - others - extras;
  if (nc < 1) {
    const more = extras === 0 ? "" : ` and ${extras} extras`;
    throw new LookonceError(
      "ARGUMENT",
      `A prediction ${hasObjectness ? "with" : "without"} objectness has ${others} channels and one for each class${more}, but shape [${shape.join(", ")}] in layout ${layout} has ${channels}. Is the layout right?`,
    );
  }
  return Array.from({ length: images }, (_, image) => ({
    data,
    start: image * anchors * channels,
    anchors,
    anchorNumbers: prediction.anchors,
    allAnchors: prediction.allAnchors ?? anchors,
    anchorStride: layout === "NAC" ? channels : 1,
    channelStride: layout === "NAC" ? 1 : anchors,
    nc,
    hasObjectness,
    extras,
    endToEnd,
  }));
}

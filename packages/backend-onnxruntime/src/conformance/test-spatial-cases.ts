import type { Random } from "@lookonce/random";
import { floats, type RandomCase, type RandomCases, type RandomTensor, randomShape, ties } from "./test-random-case.ts";

type Pad = "same" | "valid" | [number, number][];

interface Window {
  strides: [number, number];
  pad: Pad;
  dilations: [number, number];
  dataFormat: "NHWC";
}

const pair = (rng: Random, low: number, high: number): [number, number] => [
  rng.integer(low, high),
  rng.integer(low, high),
];

/** Stride, padding and dilation for a filter; tfjs accepts strides or dilations, not both. */
function window(rng: Random, filter: readonly [number, number], canDilate: boolean): Window {
  const isDilated = canDilate && rng.chance(0.3);
  const [h, w] = filter;
  const pad = rng.choice<Pad>([
    "same",
    "valid",
    [
      [0, 0],
      [rng.integer(0, h), rng.integer(0, h)],
      [rng.integer(0, w), rng.integer(0, w)],
      [0, 0],
    ],
  ]);
  return {
    strides: isDilated ? [1, 1] : pair(rng, 1, 4),
    dilations: isDilated ? pair(rng, 1, 3) : [1, 1],
    pad,
    dataFormat: "NHWC",
  };
}

interface Layer {
  x: RandomTensor;
  filter: RandomTensor;
  attrs: Window;
  /** Shape of the result. */
  out: number[];
  outChannels: number;
}

function outSize(size: number, i: 0 | 1, filter: readonly number[], { strides, pad, dilations }: Window): number {
  const span = (filter[i]! - 1) * dilations[i] + 1;
  if (pad === "same") return Math.ceil(size / strides[i]);
  const padding = pad === "valid" ? 0 : pad[i + 1]![0] + pad[i + 1]![1];
  return Math.floor((size + padding - span) / strides[i]) + 1;
}

function layer(rng: Random, isDepthwise: boolean, canDilate = true): Layer {
  const filter = pair(rng, 1, 4);
  const attrs = window(rng, filter, canDilate);
  const [batch, channels, last] = randomShape(rng, 3, 3) as [number, number, number];
  const [h, w] = pair(rng, 5, 10);
  const outChannels = isDepthwise ? channels * last : last;
  return {
    x: floats(rng, [batch, h, w, channels]),
    filter: floats(rng, [...filter, channels, last]),
    attrs,
    out: [batch, outSize(h, 0, filter, attrs), outSize(w, 1, filter, attrs), outChannels],
    outChannels,
  };
}

/** tfjs differentiates convolutions without dilation only. */
const isDilated = ({ dilations }: Window): boolean => dilations[0] * dilations[1] > 1;

const convolution =
  (isDepthwise: boolean): RandomCases =>
  (rng) => {
    const { x, filter, attrs } = layer(rng, isDepthwise);
    return { inputs: { x, filter }, attrs, ...(isDilated(attrs) ? { differentiate: [] } : {}) };
  };

const inputGradient =
  (isDepthwise: boolean): RandomCases =>
  (rng) => {
    const { x, filter, attrs, out } = layer(rng, isDepthwise, false);
    return { inputs: { dy: floats(rng, out), filter }, attrs: { ...attrs, inputShape: x.shape }, differentiate: [] };
  };

const filterGradient =
  (isDepthwise: boolean): RandomCases =>
  (rng) => {
    const { x, filter, attrs, out } = layer(rng, isDepthwise, false);
    return {
      inputs: { x, dy: floats(rng, out) },
      attrs: { ...attrs, filterShape: filter.shape },
      differentiate: [],
      tolerance: 1e-3,
    };
  };

const fused =
  (isDepthwise: boolean): RandomCases =>
  (rng) => {
    const { x, filter, attrs, outChannels } = layer(rng, isDepthwise);
    const activation = rng.choice(["linear", "relu", "relu6", "elu", "sigmoid", "leakyrelu", "prelu"]);
    return {
      inputs: {
        x,
        filter,
        ...(rng.chance(0.7) ? { bias: floats(rng, rng.chance(0.8) ? [outChannels] : []) } : {}),
        ...(activation === "prelu" ? { preluActivationWeights: floats(rng, [outChannels]) } : {}),
      },
      attrs: { ...attrs, activation, leakyreluAlpha: 0.3 },
      differentiate: [],
    };
  };

function pool(rng: Random): { x: RandomTensor; attrs: object; out: number[] } {
  const filterSize = pair(rng, 1, 4);
  const { strides, pad } = window(rng, filterSize, false);
  const [batch, channels] = randomShape(rng, 2, 3) as [number, number];
  const [h, w] = pair(rng, 4, 9);
  const sizes = { strides, pad, dilations: [1, 1] as [number, number], dataFormat: "NHWC" as const };
  return {
    x: rng.choice([floats, ties])(rng, [batch, h, w, channels]),
    attrs: { filterSize, strides, pad },
    out: [batch, outSize(h, 0, filterSize, sizes), outSize(w, 1, filterSize, sizes), channels],
  };
}

const pooling: RandomCases = (rng) => {
  const { x, attrs } = pool(rng);
  return { inputs: { x }, attrs };
};

/** With `isSimple`, one square image: tfjs's reference gradients mix up several images, and width and height. */
function resize(rng: Random, isSimple: boolean): { images: RandomTensor; attrs: { size: [number, number] } } {
  const alignCorners = rng.chance(0.3);
  const [batch, channels] = randomShape(rng, 2) as [number, number];
  // tfjs's reference never ends its gradient of one aligned row or column.
  const [h, other] = pair(rng, alignCorners ? 2 : 1, 6);
  const w = isSimple ? h : other;
  const shape = [isSimple ? 1 : batch, h, w, channels];
  const size: [number, number] = rng.chance(0.4) ? [h * rng.integer(1, 4), w * rng.integer(1, 4)] : pair(rng, 1, 9);
  return {
    images: floats(rng, shape),
    attrs: { size, ...{ alignCorners, halfPixelCenters: !alignCorners && rng.chance(0.4) } },
  };
}

const resizing: RandomCases = (rng) => {
  const isPlain = rng.chance(0.5);
  const { images, attrs } = resize(rng, isPlain);
  // tfjs's gradients leave half-pixel centers out of account.
  if (isPlain) return { inputs: { images }, attrs: { ...attrs, halfPixelCenters: false } };
  return { inputs: { images }, attrs, differentiate: [] };
};

const resizeGradient: RandomCases = (rng) => {
  const { images, attrs } = resize(rng, true);
  const [n, , , c] = images.shape as [number, number, number, number];
  const dy = floats(rng, [n, ...attrs.size, c]);
  return { inputs: { images, dy }, attrs: { ...attrs, halfPixelCenters: false } };
};

function normalized(rng: Random): { x: RandomTensor; attrs: object } {
  return {
    x: floats(rng, [...randomShape(rng, 3), rng.integer(1, 7)]),
    attrs: {
      depthRadius: rng.integer(1, 4),
      bias: rng.uniform(0.5, 2),
      alpha: rng.uniform(0, 1),
      beta: rng.uniform(0.3, 1),
    },
  };
}

function batchNorm(rng: Random): RandomCase {
  const shape = randomShape(rng, rng.chance(0.7) ? 4 : rng.integer(1, 4));
  const channels = shape.slice(-1);
  const full = rng.chance(0.2) ? shape : channels;
  return {
    inputs: {
      x: floats(rng, shape),
      mean: floats(rng, full),
      variance: floats(rng, full, 0.5, 3),
      ...(rng.chance(0.7) ? { offset: floats(rng, full) } : {}),
      ...(rng.chance(0.7) ? { scale: floats(rng, full) } : {}),
    },
    attrs: { varianceEpsilon: 1e-3 },
    differentiate: [],
  };
}

/** Kernels on images, [batch, height, width, channels]. */
export const spatialCases: Record<string, RandomCases> = {
  AvgPool: pooling,
  AvgPoolGrad: (rng) => {
    const { x, attrs, out } = pool(rng);
    return { inputs: { dy: floats(rng, out), input: x }, attrs };
  },
  Conv2D: convolution(false),
  Conv2DBackpropFilter: filterGradient(false),
  Conv2DBackpropInput: inputGradient(false),
  CropAndResize: (rng) => {
    const shape = randomShape(rng, 4, 6);
    const count = rng.integer(1, 4);
    return {
      inputs: {
        image: floats(rng, shape),
        boxes: floats(rng, [count, 4], -0.2, 1.2),
        boxInd: {
          shape: [count],
          dtype: "int32",
          data: Array.from({ length: count }, () => rng.integer(0, shape[0]!)),
        },
      },
      attrs: { cropSize: pair(rng, 1, 5), method: rng.choice(["bilinear", "nearest"]), extrapolationValue: -1 },
      tolerance: 1e-3,
    };
  },
  DepthwiseConv2dNative: convolution(true),
  DepthwiseConv2dNativeBackpropFilter: filterGradient(true),
  DepthwiseConv2dNativeBackpropInput: inputGradient(true),
  FusedBatchNorm: batchNorm,
  FusedConv2D: fused(false),
  FusedDepthwiseConv2D: fused(true),
  LRN: (rng) => {
    const { x, attrs } = normalized(rng);
    return { inputs: { x }, attrs };
  },
  LRNGrad: (rng) => {
    const { x, attrs } = normalized(rng);
    return { inputs: { x, y: floats(rng, x.shape), dy: floats(rng, x.shape) }, attrs };
  },
  MaxPool: pooling,
  MaxPoolGrad: (rng) => {
    const { x, attrs, out } = pool(rng);
    return { inputs: { dy: floats(rng, out), input: x, output: floats(rng, out) }, attrs };
  },
  MaxPoolWithArgmax: (rng) => {
    const { x, attrs } = pool(rng);
    return { inputs: { x }, attrs: { ...attrs, includeBatchInIndex: rng.chance(0.5) } };
  },
  ResizeBilinear: resizing,
  ResizeBilinearGrad: resizeGradient,
  ResizeNearestNeighbor: resizing,
  ResizeNearestNeighborGrad: resizeGradient,
};

import * as tf from "@tensorflow/tfjs-core";

/** A step between windows: the same along both axes, or along y and along x. */
export type Stride = number | readonly [height: number, width: number];

/** Options of {@link conv2d}, but for the stride the same for both axes. */
export interface Conv2dOptions {
  /** Step between windows (default 1). */
  stride?: Stride;
  /** Zeros added on every side (default 0). */
  padding?: number;
  /** Step between filter taps (default 1). */
  dilation?: number;
  /** Number of groups the channels fall into (default 1). */
  groups?: number;
}

/** Backends whose convolution kernels read `dilations` in gradients and infer groups from the filter's shape. */
const generalBackends = /^onnxruntime(-|$)/;

/**
 * Two-dimensional convolution with gradients for any stride, padding, dilation and group count, on any backend.
 *
 * x [N, H, W, in], filter [kh, kw, in / groups, out] → [N, H', W', out] with
 * H' = ⌊(H + 2·padding − dilation·(kh − 1) − 1) / stride⌋ + 1.
 */
export function conv2d(x: tf.Tensor4D, filter: tf.Tensor4D, options: Conv2dOptions = {}): tf.Tensor4D {
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  if (isKernelConv(options)) return kernelConv(x, filter, options);
  return tf.tidy(() => {
    // TensorFlow.js has no gradient of a dilated convolution: zeros between the taps compute the same numbers.
    const spread = dilation === 1 ? filter : dilate(filter, dilation);
    if (groups === 1) return kernelConv(x, spread, { stride, padding });
    if (groups === x.shape[3]) return depthwiseConv(x, spread, { stride, padding });
    const filters: tf.Tensor4D[] = tf.split(spread, groups, 3);
    const parts: tf.Tensor4D[] = tf.split(x, groups, 3);
    return tf.concat(
      parts.map((part, i) => kernelConv(part, filters[i] as tf.Tensor4D, { stride, padding })),
      3,
    );
  });
}

/** {@link conv2d} plus bias [out] without a gradient of its own; as those below only where {@link isKernelConv}. */
export function conv2dWithBias(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  { bias, ...options }: Conv2dOptions & { bias: tf.Tensor1D },
): tf.Tensor4D {
  return tf.engine().runKernel("FusedConv2D", { x, filter, bias } as never, {
    ...attributesOf(options),
    activation: "linear",
  }) as tf.Tensor4D;
}

/** Gradient of a kernel convolution with respect to x [N, H, W, in], given that of its output. */
export function conv2dInputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  { inputShape, ...options }: Conv2dOptions & { inputShape: [number, number, number, number] },
): tf.Tensor4D {
  return tf.engine().runKernel("Conv2DBackpropInput", { dy, filter }, { ...attributesOf(options), inputShape });
}

/** Gradient of a kernel convolution with respect to the filter [kh, kw, in / groups, out], given that of its output. */
export function conv2dFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  { filterShape, ...options }: Conv2dOptions & { filterShape: [number, number, number, number] },
): tf.Tensor4D {
  return tf.engine().runKernel("Conv2DBackpropFilter", { x, dy }, { ...attributesOf(options), filterShape });
}

/** Whether the current backend's convolution kernels support the convolution as it is. */
export function isKernelConv({ dilation = 1, groups = 1 }: Conv2dOptions): boolean {
  return (dilation === 1 && groups === 1) || generalBackends.test(tf.getBackend());
}

function attributesOf({ stride = 1, padding = 0, dilation = 1 }: Conv2dOptions): object {
  return {
    strides: pairOf(stride),
    pad: explicitPadding(padding),
    dataFormat: "NHWC",
    dilations: [dilation, dilation],
  };
}

/** One convolution by the backend's own kernels; its gradient calls the two matching gradient kernels. */
function kernelConv(x: tf.Tensor4D, filter: tf.Tensor4D, options: Conv2dOptions): tf.Tensor4D {
  const run = tf.customGrad((input, weights, save) => {
    const inputs = { x: input as tf.Tensor, filter: weights as tf.Tensor };
    const y = tf.engine().runKernel("Conv2D", inputs, attributesOf(options) as never);
    (save as tf.GradSaveFunc)([input as tf.Tensor, weights as tf.Tensor]);
    return {
      value: y as tf.Tensor4D,
      gradFunc: (dy: tf.Tensor4D, saved: tf.Tensor[]) => {
        const [savedInput, savedFilter] = saved as [tf.Tensor4D, tf.Tensor4D];
        return [
          conv2dInputGradient(dy, savedFilter, { ...options, inputShape: savedInput.shape }),
          conv2dFilterGradient(savedInput, dy, { ...options, filterShape: savedFilter.shape }),
        ];
      },
    };
  });
  return run(x, filter) as tf.Tensor4D;
}

/** Each channel with its own filters: [kh, kw, 1, in·m] is, in memory, TensorFlow's [kh, kw, in, m]. */
function depthwiseConv(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  geometry: { stride: Stride; padding: number },
): tf.Tensor4D {
  const [kh, kw, , out] = filter.shape;
  const channels = x.shape[3];
  const kernel = tf.reshape(filter, [kh, kw, channels, out / channels]);
  return tf.depthwiseConv2d(x, kernel as tf.Tensor4D, pairOf(geometry.stride), explicitPadding(geometry.padding));
}

function pairOf(stride: Stride): [number, number] {
  return typeof stride === "number" ? [stride, stride] : [...stride];
}

function explicitPadding(p: number): [[number, number], [number, number], [number, number], [number, number]] {
  return [
    [0, 0],
    [p, p],
    [p, p],
    [0, 0],
  ];
}

/** Inserts `dilation − 1` zeros between the taps of a filter. */
function dilate(filter: tf.Tensor4D, dilation: number): tf.Tensor4D {
  const [kh, kw, input, out] = filter.shape;
  const gap = dilation - 1;
  const gaps: [number, number][] = [0, gap, 0].map((after) => [0, after]);
  const padGap = (taps: tf.Tensor): tf.Tensor => tf.pad(taps, gaps);
  const rows = padGap(tf.reshape(filter, [kh, 1, kw * input * out]));
  const columns = padGap(tf.reshape(rows, [kh * dilation * kw, 1, input * out]));
  const spread = tf.reshape(columns, [kh * dilation, kw * dilation, input, out]) as tf.Tensor4D;
  return tf.slice(spread, [0, 0, 0, 0], [kh * dilation - gap, kw * dilation - gap, input, out]);
}

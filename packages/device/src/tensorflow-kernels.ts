import * as tf from "@tensorflow/tfjs-core";

/** Values before and after each dimension. */
type Paddings = [before: number, after: number][];

/** The attributes of a window's kernel; convolutions have `pad` as pairs, pooling as a number. */
interface WindowAttributes {
  pad: "valid" | "same" | number | Paddings;
  [name: string]: unknown;
}

type Contents = tf.TensorInfo;

const backendName = "tensorflow";

/**
 * Adds the kernels that tfjs-node's backend lacks: pooling and the gradients of convolutions with a padding in pixels. Version 4.22.0 has them for `valid` and `same` only, and the gradients of depthwise convolutions ask TensorFlow
 * for a padding that they do not pass on. Each pads its input, does as before without padding, and cuts the padding off.
 *
 * Calling it again does nothing.
 */
export function repairTensorFlowKernels(): void {
  if (repaired) return;
  repaired = true;
  wrap("Conv2DBackpropInput", inputGradient);
  wrap("Conv2DBackpropFilter", withPaddedInput("x", 0));
  wrap("DepthwiseConv2dNativeBackpropInput", inputGradient);
  wrap("DepthwiseConv2dNativeBackpropFilter", withPaddedInput("x", 0));
  wrap("MaxPool", withPaddedInput("x", lowest));
  wrap("MaxPoolGrad", maxPoolGradient);
}

let repaired = false;

/** Padding of a maximum: no value is lower. */
const lowest: number = Number.NEGATIVE_INFINITY;

interface Call {
  inputs: Record<string, Contents>;
  attrs: WindowAttributes;
  paddings: Paddings;
  /** The kernel as it was. */
  plain(inputs: Record<string, Contents>, attrs: object): Contents;
}

/** Replaces one of the backend's kernels for calls whose padding is a number of pixels. */
function wrap(kernelName: string, padded: (call: Call) => Contents): void {
  const { kernelFunc } = tf.getKernel(kernelName, backendName);
  const wrapped: tf.KernelFunc = ({ inputs, attrs, backend }) => {
    const geometry = attrs as unknown as WindowAttributes;
    const paddings = paddingsOf(geometry.pad);
    if (paddings === undefined) return kernelFunc({ inputs, attrs, backend });
    return padded({
      inputs: inputs as Record<string, Contents>,
      attrs: { ...geometry, pad: "valid" },
      paddings,
      plain: (theirs, rest) =>
        kernelFunc({ inputs: theirs, attrs: rest as unknown as tf.NamedAttrMap, backend }) as Contents,
    });
  };
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ kernelName, backendName, kernelFunc: wrapped });
}

function paddingsOf(pad: WindowAttributes["pad"]): Paddings | undefined {
  if (typeof pad === "string") return;
  if (typeof pad !== "number") return pad;
  return [
    [0, 0],
    [pad, pad],
    [pad, pad],
    [0, 0],
  ];
}

/** A kernel whose result has not the shape of the padded input. */
function withPaddedInput(name: string, value: number): (call: Call) => Contents {
  return ({ inputs, attrs, paddings, plain }) => {
    const wide = pad(inputs[name] as Contents, paddings, value);
    return free(wide, plain({ ...inputs, [name]: wide }, attrs));
  };
}

function inputGradient({ inputs, attrs, paddings, plain }: Call): Contents {
  const inputShape = attrs.inputShape as number[];
  const wide = plain(inputs, { ...attrs, inputShape: widened(inputShape, paddings) });
  return free(wide, cut(wide, paddings, inputShape));
}

function maxPoolGradient({ inputs, attrs, paddings, plain }: Call): Contents {
  const input = inputs.input as Contents;
  const wideInput = pad(input, paddings, lowest);
  const wide = free(wideInput, plain({ ...inputs, input: wideInput }, attrs));
  return free(wide, cut(wide, paddings, input.shape));
}

function widened(shape: readonly number[], paddings: Paddings): number[] {
  return shape.map((size, i) => size + (paddings[i]?.[0] ?? 0) + (paddings[i]?.[1] ?? 0));
}

function pad(x: Contents, paddings: Paddings, constantValue: number): Contents {
  return run("PadV2", { x }, { paddings, constantValue });
}

function cut(x: Contents, paddings: Paddings, size: readonly number[]): Contents {
  return run("Slice", { x }, { begin: paddings.map(([before]) => before), size });
}

/** One of the backend's own kernels, past tfjs's autodiff and bookkeeping: the caller disposes of the result. */
function run(kernelName: string, inputs: Record<string, Contents>, attrs: object): Contents {
  const { kernelFunc } = tf.getKernel(kernelName, backendName);
  const backend = tf.engine().backend;
  return kernelFunc({ inputs, attrs: attrs as unknown as tf.NamedAttrMap, backend }) as Contents;
}

/** Frees a value of this file's own, now that the result is there. */
function free(own: Contents, result: Contents): Contents {
  tf.engine().backend.disposeData(own.dataId);
  return result;
}

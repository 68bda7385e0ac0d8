import { createRequire } from "node:module";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import * as tf from "@tensorflow/tfjs-core";

/** Values before and after each dimension. */
type Paddings = [before: number, after: number][];

/** The attributes of a window's kernel; convolutions have `pad` as pairs, pooling as a number. */
interface WindowAttributes {
  pad: "valid" | "same" | number | Paddings;
  [name: string]: unknown;
}

const backendName = "tensorflow";

const require: NodeJS.Require = createRequire(import.meta.url);

/**
 * Loads `@tensorflow/tfjs-node` or `@tensorflow/tfjs-node-gpu`, which registers its backend with tfjs, and adds what version
 * 4.22.0, the last one, lacks.
 *
 * @throws the error of the import: not installed, or its native parts are missing or do not fit
 */
export async function loadTensorFlow(packageName: string): Promise<void> {
  require("../bin/restore-util.cjs");
  // Without notices, such as which CPU instructions it was built for; errors stay
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  // An optional peer dependency: bundlers and type checkers do not follow a variable
  await import(packageName);
  if (!isRepaired) repairKernels();
  isRepaired = true;
}

let isRepaired = false;

/**
 * Adds the kernels that tfjs-node's backend lacks: pooling and the gradients of convolutions with a padding in pixels.
 * Version 4.22.0 has them for `valid` and `same` only, and the gradients of depthwise convolutions ask TensorFlow for a
 * padding that they do not pass on. Each pads its input, does as before without padding, and cuts the padding off.
 */
function repairKernels(): void {
  wrap("Conv2DBackpropInput", inputGradient);
  wrap("Conv2DBackpropFilter", withPaddedInput("x", 0));
  wrap("DepthwiseConv2dNativeBackpropInput", inputGradient);
  wrap("DepthwiseConv2dNativeBackpropFilter", withPaddedInput("x", 0));
  wrap("MaxPool", withPaddedInput("x", lowest));
  wrap("MaxPoolGrad", maxPoolGradient);
}

/** Padding of a maximum: no value is lower. */
const lowest: number = Number.NEGATIVE_INFINITY;

interface Call {
  inputs: Record<string, TensorInfo>;
  attrs: WindowAttributes;
  paddings: Paddings;
  /** The kernel as it was. */
  plain(inputs: Record<string, TensorInfo>, attrs: object): TensorInfo;
}

/** Replaces one of the backend's kernels for calls whose padding is a number of pixels. */
function wrap(kernelName: string, padded: (call: Call) => TensorInfo): void {
  const { kernelFunc } = tf.getKernel(kernelName, backendName);
  const wrapped: tf.KernelFunc = ({ inputs, attrs, backend }) => {
    const geometry = attrs as unknown as WindowAttributes;
    const paddings = paddingsOf(geometry.pad);
    if (paddings === undefined) return kernelFunc({ inputs, attrs, backend });
    return padded({
      inputs: inputs as Record<string, TensorInfo>,
      attrs: { ...geometry, pad: "valid" },
      paddings,
      plain: (theirs, rest) =>
        kernelFunc({ inputs: theirs, attrs: rest as unknown as tf.NamedAttrMap, backend }) as TensorInfo,
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
function withPaddedInput(name: string, value: number): (call: Call) => TensorInfo {
  return ({ inputs, attrs, paddings, plain }) => {
    const wide = pad(inputs[name] as TensorInfo, paddings, value);
    return free(wide, plain({ ...inputs, [name]: wide }, attrs));
  };
}

function inputGradient({ inputs, attrs, paddings, plain }: Call): TensorInfo {
  const inputShape = attrs.inputShape as number[];
  const wide = plain(inputs, { ...attrs, inputShape: widened(inputShape, paddings) });
  return free(wide, cut(wide, paddings, inputShape));
}

function maxPoolGradient({ inputs, attrs, paddings, plain }: Call): TensorInfo {
  const input = inputs.input as TensorInfo;
  const wideInput = pad(input, paddings, lowest);
  const wide = free(wideInput, plain({ ...inputs, input: wideInput }, attrs));
  return free(wide, cut(wide, paddings, input.shape));
}

function widened(shape: readonly number[], paddings: Paddings): number[] {
  return shape.map((size, i) => size + (paddings[i]?.[0] ?? 0) + (paddings[i]?.[1] ?? 0));
}

function pad(x: TensorInfo, paddings: Paddings, constantValue: number): TensorInfo {
  return run("PadV2", { x }, { paddings, constantValue });
}

function cut(x: TensorInfo, paddings: Paddings, size: readonly number[]): TensorInfo {
  return run("Slice", { x }, { begin: paddings.map(([before]) => before), size });
}

/** One of the backend's own kernels, past tfjs's autodiff and bookkeeping: the caller disposes of the result. */
function run(kernelName: string, inputs: Record<string, TensorInfo>, attrs: object): TensorInfo {
  const { kernelFunc } = tf.getKernel(kernelName, backendName);
  const backend = tf.engine().backend;
  return kernelFunc({ inputs, attrs: attrs as unknown as tf.NamedAttrMap, backend }) as TensorInfo;
}

/** Frees a value of this file's own, now that the result is there. */
function free(own: TensorInfo, result: TensorInfo): TensorInfo {
  tf.engine().backend.disposeData(own.dataId);
  return result;
}

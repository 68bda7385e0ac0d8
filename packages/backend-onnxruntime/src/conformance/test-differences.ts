import "@tensorflow/tfjs-backend-cpu";
import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { kernels, OnnxRuntimeBackend } from "../index.ts";
import { binaryCases, unaryCases } from "./test-elementwise-cases.ts";
import { indexCases } from "./test-index-cases.ts";
import type { RandomCase, RandomCases, RandomTensor } from "./test-random-case.ts";
import { reductionCases } from "./test-reduction-cases.ts";
import { shapeCases } from "./test-shape-cases.ts";
import { spatialCases } from "./test-spatial-cases.ts";

/** Random calls by kernel. */
export const randomCases: Readonly<Record<string, RandomCases>> = {
  ...unaryCases,
  ...binaryCases,
  ...reductionCases,
  ...shapeCases,
  ...indexCases,
  ...spatialCases,
};

const recorded = new Set<string>();
const record = OnnxRuntimeBackend.prototype.record;
OnnxRuntimeBackend.prototype.record = function (...args): tf.TensorInfo | tf.TensorInfo[] {
  recorded.add(args[0]);
  return record.apply(this, args);
};

/** Values and derivatives of a case on the current backend, not yet waited for. */
function compute(kernel: string, drawn: RandomCase, rng: Random): tf.Tensor[] {
  const entries = Object.entries(drawn.inputs) as [string, RandomTensor][];
  const tensors = entries.map(([, { data, shape, dtype }]) => tf.tensor(data, shape, dtype));
  const call = (inputs: tf.Tensor[]): tf.Tensor[] => {
    const named = Object.fromEntries(entries.map(([key], i) => [key, inLayout(inputs[i]!, rng.fork("layout", i))]));
    const list = Array.isArray(drawn.inputs) ? entries.map(([key]) => named[key]!) : named;
    const outputs = tf.engine().runKernel(kernel, list as tf.NamedTensorMap, drawn.attrs as tf.NamedAttrMap);
    return (Array.isArray(outputs) ? outputs : [outputs]) as tf.Tensor[];
  };
  const outputs = call(tensors);
  const wanted = entries
    .map(([key, { dtype }], i) => ({ key, dtype, i }))
    .filter(({ key, dtype }) => dtype === "float32" && (drawn.differentiate?.includes(key) ?? true));
  if (tf.getGradient(kernel) === undefined || wanted.length === 0) return outputs;
  const weights = outputs.map(({ shape, size }) => tf.tensor(floatsOf(rng.fork("weights"), size), shape));
  const loss = (...chosen: tf.Tensor[]): tf.Scalar => {
    const inputs = [...tensors];
    for (const [at, { i }] of wanted.entries()) inputs[i] = chosen[at]!;
    const terms = call(inputs).map((output, i) => tf.sum(tf.mul(tf.cast(output, "float32"), weights[i]!)));
    return tf.addN(terms) as tf.Scalar;
  };
  return [...outputs, ...tf.grads(loss)(wanted.map(({ i }) => tensors[i]!))];
}

function floatsOf(rng: Random, size: number): Float32Array {
  return Float32Array.from({ length: size }, () => rng.uniform(-1, 1));
}

/** Half of the tensors of rank 4 as a convolution would leave them: channels first in the graph. */
function inLayout(x: tf.Tensor, rng: Random): tf.Tensor {
  if (x.rank !== 4 || x.size === 0 || rng.chance(0.5)) return x;
  const copied = tf.avgPool(tf.cast(x, "float32") as tf.Tensor4D, 1, 1, "valid");
  return tf.cast(copied, x.dtype);
}

interface Result {
  shape: number[];
  dtype: string;
  data: number[];
}

async function results(
  backend: string,
  kernel: string,
  drawn: readonly RandomCase[],
  rng: Random,
): Promise<Result[][]> {
  await tf.setBackend(backend);
  const tensors = drawn.map((one, i) => tf.tidy(() => compute(kernel, one, rng.fork("case", i))));
  const read = (tensor: tf.Tensor): Promise<Result> =>
    tensor.data().then((data) => ({ shape: tensor.shape, dtype: tensor.dtype, data: [...data] }));
  const values = await Promise.all(tensors.map((outputs) => Promise.all(outputs.map(read))));
  tf.dispose(tensors);
  return values;
}

/** What differs, in words. */
function difference(actual: Result, expected: Result, tolerance: number): string | undefined {
  const [is, should] = [actual, expected].map(({ dtype, shape }) => `${dtype} [${shape}]`);
  if (is !== should) return `${is}, expected ${should}`;
  for (const [i, value] of actual.data.entries()) {
    const want = expected.data[i] as number;
    if (Object.is(value, want) || value === want) continue;
    if (Math.abs(value - want) <= tolerance * Math.max(1, Math.abs(want))) continue;
    return `element ${i}: ${value}, expected ${want}`;
  }
  return undefined;
}

/**
 * Compares a kernel, values and derivatives, with tfjs's reference backend on random calls.
 *
 * @returns what differs, a sentence each
 */
export async function differences(
  kernel: string,
  { backend = "onnxruntime", rounds }: { backend?: string; rounds: number },
): Promise<string[]> {
  const rng = new Random(`conformance ${kernel}`);
  const drawn = Array.from({ length: rounds }, (_, i) => (randomCases[kernel] as RandomCases)(rng.fork(i)));
  const expected = await results("cpu", kernel, drawn, rng);
  recorded.clear();
  const actual = await results(backend, kernel, drawn, rng);
  if (!recorded.has(kernel)) return [`${kernel} was not recorded`];
  return actual.flatMap((outputs, i) => {
    const shown = JSON.stringify(drawn[i]).slice(0, 1500);
    const wanted = expected[i] as Result[];
    if (outputs.length !== wanted.length) return `case ${i}: ${outputs.length} results, not ${wanted.length}\n${shown}`;
    return outputs.flatMap((output, k) => {
      const text = difference(output, wanted[k] as Result, drawn[i]?.tolerance ?? 1e-4);
      return text === undefined ? [] : `${kernel}, case ${i}, result ${k}: ${text}\n${shown}`;
    });
  });
}

/** Kernels that no other backend has: this one sums over ranks. */
export const ownKernels: readonly string[] = ["AllReduce"];

/** Kernels that have random calls. */
export const comparedKernels: readonly string[] = Object.keys(kernels).filter((name) => !ownKernels.includes(name));

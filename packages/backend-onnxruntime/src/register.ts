import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import { OnnxRuntimeBackend, type OnnxRuntimeBackendOptions } from "./backend.ts";
import { registerReductionGradients } from "./gradients.ts";
import type { KernelName } from "./graph/kernel-types.ts";
import { kernels } from "./kernels/index.ts";

/** Where to report a missing kernel. */
const issueTracker = "https://github.com/lookonce/lookonce/issues";

/** The name under which tfjs knows the backend, unless another is asked for. */
export const backendName = "onnxruntime";

/** Options of {@link registerOnnxRuntime}. */
export interface RegisterOptions extends OnnxRuntimeBackendOptions {
  /** The backend's name in tfjs. Default: `onnxruntime`. */
  name?: string;
}

/**
 * Registers the backend, its kernels and tfjs-core's gradients with tfjs. Call it before `tf.setBackend(name)`.
 *
 * Registering a name again replaces the backend of that name; its tensors are lost.
 */
export async function registerOnnxRuntime(options: RegisterOptions = {}): Promise<void> {
  const { name = backendName, ...rest } = options;
  // tfjs-core's entry point for Node registers no gradients.
  await import("@tensorflow/tfjs-core/dist/register_all_gradients.js");
  registerReductionGradients();
  if (tf.findBackend(name) !== null) tf.removeBackend(name);
  tf.registerBackend(name, () => new OnnxRuntimeBackend(rest));
  const known = new Set(tf.getKernelsForBackend(name).map(({ kernelName }) => kernelName));
  if (!known.has(tf.Identity)) {
    // A copy shares its contents, texts included: nothing to record.
    tf.registerKernel({
      kernelName: tf.Identity,
      backendName: name,
      kernelFunc: ({ inputs, backend }) => (backend as OnnxRuntimeBackend).share((inputs as tf.NamedTensorInfoMap).x!),
    });
    known.add(tf.Identity);
  }
  const names = Object.keys(kernels) as KernelName[];
  for (const kernelName of names.filter((one) => !known.has(one))) {
    tf.registerKernel({ kernelName, backendName: name, kernelFunc: recorder(kernelName) });
    known.add(kernelName);
  }
  for (const kernelName of kernelNames().filter((one) => !known.has(one))) {
    tf.registerKernel({ kernelName, backendName: name, kernelFunc: () => refuse(kernelName) });
  }
}

/** The running `onnxruntime` backend, if that is tfjs's current one. */
export function currentBackend(): OnnxRuntimeBackend | undefined {
  const backend = tf.engine().backend;
  return backend instanceof OnnxRuntimeBackend ? backend : undefined;
}

/**
 * Computes everything recorded so far that a living tensor needs, in one run. On other backends, which compute at once,
 * it does nothing.
 */
export async function flush(): Promise<void> {
  await currentBackend()?.flush();
}

/** Runs a task on the `onnxruntime` backend, the only one that traces; then restores the backend before. */
export async function onTracingBackend<T>(task: () => Promise<T>): Promise<T> {
  const before = tf.getBackend();
  if (before === backendName) return task();
  if (tf.findBackend(backendName) === null) await registerOnnxRuntime();
  await tf.setBackend(backendName);
  try {
    return await task();
  } finally {
    if (before) await tf.setBackend(before);
  }
}

function recorder(name: KernelName): tf.KernelFunc {
  return ({ inputs, attrs, backend }) =>
    (backend as OnnxRuntimeBackend).record(name, inputs as tf.NamedTensorInfoMap, attrs ?? {});
}

function refuse(kernelName: string): never {
  throw new LookonceError(
    "UNSUPPORTED",
    `the tfjs kernel "${kernelName}" has no lowering to ONNX yet, so this device cannot run it. Please report what needs it: ${issueTracker}`,
  );
}

/** Every kernel name that tfjs-core exports: constants that equal their name. */
function kernelNames(): string[] {
  const aliases = ["FusedConv2D", "FusedDepthwiseConv2D", "_FusedMatMul"];
  const names = Object.entries(tf).filter(([key, value]) => key === value && /^[A-Z]/.test(key));
  return [...new Set([...names.map(([key]) => key), ...aliases])];
}

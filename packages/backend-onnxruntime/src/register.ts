import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import { loadEngine } from "#engine";
import { OnnxRuntimeBackend } from "./backend.ts";
import type { Engine, EngineOptions } from "./engine/engine.ts";
import { registerCollectiveGradient, registerReductionGradients } from "./gradients.ts";
import type { KernelName } from "./graph/kernel-types.ts";
import type { OnnxRuntimeBackendOptions } from "./graph/session-cache.ts";
import { kernels } from "./kernels/index.ts";

/** The name under which tfjs knows the backend, unless another is asked for. */
export const backendName = "onnxruntime";

/** Options of {@link registerOnnxRuntime}. */
export interface RegisterOptions extends OnnxRuntimeBackendOptions, Pick<EngineOptions, "runtimeFiles"> {
  /** The backend's name in tfjs. Default: `onnxruntime`. */
  name?: string;
  /** Where graphs run. Default: `onnxruntime-node`, or `onnxruntime-web` in browsers. */
  engine?: Engine;
}

/**
 * Registers the backend, its kernels and tfjs-core's gradients with tfjs. Call it before `tf.setBackend(name)`.
 *
 * Registering a name again replaces the backend of that name; its tensors are lost.
 */
export async function registerOnnxRuntime(options: RegisterOptions = {}): Promise<void> {
  const { name = backendName, runtimeFiles, ...rest } = options;
  const { executionProviders = ["cpu"], threads } = rest;
  const engine = options.engine ?? (await loadEngine({ executionProviders, threads, runtimeFiles }));
  // tfjs-core's entry point for Node registers no gradients.
  await import("@tensorflow/tfjs-core/dist/register_all_gradients.js");
  registerReductionGradients();
  registerCollectiveGradient();
  if (tf.findBackend(name) !== null) tf.removeBackend(name);
  tf.registerBackend(name, () => new OnnxRuntimeBackend(engine, rest));
  const known = new Set(tf.getKernelsForBackend(name).map(({ kernelName }) => kernelName));
  for (const kernelName of new Set([...Object.keys(kernels), ...kernelNames()])) {
    if (!known.has(kernelName))
      tf.registerKernel({ kernelName, backendName: name, kernelFunc: kernelFunc(kernelName) });
  }
}

/** The running `onnxruntime` backend, if that is tfjs's current one. */
export function currentBackend(): OnnxRuntimeBackend | undefined {
  const backend = tf.engine().backend;
  return backend instanceof OnnxRuntimeBackend ? backend : undefined;
}

/** Computes everything recorded that a living tensor needs, in one run. Backends that compute at once need nothing. */
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

function kernelFunc(name: string): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const device = backend as OnnxRuntimeBackend;
    // A copy shares its contents, texts included: nothing to record.
    if (name === tf.Identity) return device.share((inputs as tf.NamedTensorInfoMap).x!);
    if (name in kernels) return device.record(name as KernelName, inputs as tf.NamedTensorInfoMap, attrs ?? {});
    throw new LookonceError(
      "UNSUPPORTED",
      `the tfjs kernel "${name}" has no lowering to ONNX yet, so this device cannot run it. Please report what needs it: https://github.com/lookonce/lookonce/issues`,
    );
  };
}

/** Every kernel name that tfjs-core exports: constants that equal their name. */
function kernelNames(): string[] {
  const aliases = ["FusedConv2D", "FusedDepthwiseConv2D", "_FusedMatMul"];
  const names = Object.entries(tf).filter(([key, value]) => key === value && /^[A-Z]/.test(key));
  return [...new Set([...names.map(([key]) => key), ...aliases])];
}

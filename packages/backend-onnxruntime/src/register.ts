import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import { OnnxRuntimeBackend, type OnnxRuntimeBackendOptions } from "./backend.ts";
import { registerReductionGradients } from "./gradients.ts";
import type { Kernel } from "./graph/kernel.ts";
import { kernels } from "./kernels/index.ts";

/** Where to tell of a missing kernel. */
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
 * Registering a name again replaces the backend of that name; tensors that it held are lost.
 */
export async function registerOnnxRuntime(options: RegisterOptions = {}): Promise<void> {
  const { name = backendName, ...rest } = options;
  // tfjs-core's entry point for Node registers no gradients.
  await import("@tensorflow/tfjs-core/dist/register_all_gradients.js");
  registerReductionGradients();
  if (tf.findBackend(name) !== null) tf.removeBackend(name);
  tf.registerBackend(name, () => new OnnxRuntimeBackend(kernels, rest));
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
  for (const [kernelName, rules] of kernels) {
    if (!known.has(kernelName))
      tf.registerKernel({ kernelName, backendName: name, kernelFunc: recorder(kernelName, rules) });
  }
  for (const kernelName of kernelNames()) {
    if (!kernels.has(kernelName) && !known.has(kernelName)) {
      tf.registerKernel({ kernelName, backendName: name, kernelFunc: () => refuse(kernelName) });
    }
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

function recorder(name: string, rules: Kernel): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const ordered =
      rules.inputs === "list"
        ? Object.values(inputs)
        : rules.inputs.map((input) => (inputs as tf.NamedTensorInfoMap)[input]);
    const outputs = (backend as OnnxRuntimeBackend).record(name, ordered as tf.TensorInfo[], attrs ?? {});
    return outputs.length === 1 && !severalOutputs.has(name) ? (outputs[0] as tf.TensorInfo) : outputs;
  };
}

/** Kernels that hand back a list even when it has one element. */
const severalOutputs = new Set(["SplitV", "Unpack", "TopK"]);

function refuse(kernelName: string): never {
  throw new LookonceError(
    "UNSUPPORTED",
    `the tfjs kernel "${kernelName}" has no lowering to ONNX yet, so this device cannot run it. Please tell us what needs it: ${issueTracker}`,
  );
}

/** Every kernel name that tfjs-core exports: constants that spell themselves. */
function kernelNames(): string[] {
  const aliases = ["FusedConv2D", "FusedDepthwiseConv2D", "_FusedMatMul"];
  const names = Object.entries(tf).filter(([key, value]) => key === value && /^[A-Z]/.test(key));
  return [...new Set([...names.map(([key]) => key), ...aliases])];
}

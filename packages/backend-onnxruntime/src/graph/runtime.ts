import { LookonceError } from "@lookonce/errors";
import { type OnnxModel, serializeModel } from "@lookonce/onnx";
import { env, InferenceSession, Tensor } from "onnxruntime-node";
import { endProfile, profiling } from "./profile.ts";
import type { HostData, Signature } from "./signature.ts";

// Nothing else in this package imports onnxruntime-node.

/** How ONNX Runtime runs graphs: its execution providers in the order of preference, and threads for one operator. */
export interface RuntimeOptions {
  readonly executionProviders: readonly string[];
  readonly threads?: number;
}

/** ONNX Runtime's version. */
export const runtimeVersion: string = env.versions.node ?? env.versions.common;

/** A tensor of ONNX Runtime, on the host or in the device's memory. */
export type RuntimeTensor = Tensor;

/** A compiled graph. */
export interface Session {
  /** Runs the graph, writing to `outputs`; `null` for new tensors. @throws LookonceError `DEVICE` when it fails */
  run(
    inputs: Record<string, RuntimeTensor>,
    outputs: Record<string, RuntimeTensor | null>,
  ): Promise<InferenceSession.ReturnType>;
  release(): Promise<void>;
}

/** Compiles a graph whose `resident` outputs stay on the device. @throws LookonceError `DEVICE` when it is refused */
export async function compile(
  model: OnnxModel,
  { executionProviders, threads }: RuntimeOptions,
  resident: readonly string[] = [],
): Promise<Session> {
  const profile = profiling();
  const session = await attempt("refused a graph", () =>
    InferenceSession.create(serializeModel(model), {
      executionProviders: [...executionProviders],
      // The lowering leaves little to optimize, and searching takes seconds for a training step's thousands of nodes.
      graphOptimizationLevel: "disabled",
      enableMemPattern: false,
      logSeverityLevel: 3,
      ...profile.options,
      ...(resident.length === 0
        ? {}
        : { preferredOutputLocation: Object.fromEntries(resident.map((name) => [name, "gpu-buffer"])) }),
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    }),
  );
  profile.watch(session);
  return {
    run: (inputs, outputs) => attempt("failed", () => session.run(inputs, outputs)),
    release() {
      endProfile(session);
      return session.release();
    },
  };

  async function attempt<T>(verb: string, task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const providers = executionProviders.join(", ");
      throw new LookonceError("DEVICE", `ONNX Runtime ${verb} on ${providers}: ${message}`, { cause });
    }
  }
}

/** A tensor of ONNX Runtime over contents on the host. */
export function hostTensor({ dtype, shape }: Signature, data: HostData): RuntimeTensor {
  return new Tensor(dtype as "float32", data as Float32Array, shape);
}

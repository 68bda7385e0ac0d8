import { LookonceError } from "@lookonce/errors";
import { type OnnxModel, serializeModel } from "@lookonce/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { HostData, Signature } from "./signature.ts";

// Nothing else in this package imports onnxruntime-node.

/** How ONNX Runtime runs graphs. */
export interface RuntimeOptions {
  /** ONNX Runtime's execution providers, in the order of preference. */
  readonly executionProviders: readonly string[];
  /** Threads that one operator may use. Default: ONNX Runtime's choice. */
  readonly threads?: number;
}

/** A tensor of ONNX Runtime, on the host or in the device's memory. */
export type RuntimeTensor = Tensor;

/** A compiled graph. */
export class Session {
  readonly #session: InferenceSession;
  readonly #providers: string;

  private constructor(session: InferenceSession, { executionProviders }: RuntimeOptions) {
    this.#session = session;
    this.#providers = executionProviders.join(", ");
  }

  /**
   * Compiles a graph.
   *
   * @param resident names of the outputs that stay in the device's memory
   * @throws LookonceError `DEVICE` when ONNX Runtime does not accept it
   */
  static async create(model: OnnxModel, options: RuntimeOptions, resident: readonly string[] = []): Promise<Session> {
    const { executionProviders, threads } = options;
    try {
      const session = await InferenceSession.create(serializeModel(model), {
        executionProviders: [...executionProviders],
        // The lowering leaves little to optimize, and searching takes seconds for a training step's thousands of nodes.
        graphOptimizationLevel: "disabled",
        enableMemPattern: false,
        logSeverityLevel: 3,
        ...(resident.length === 0
          ? {}
          : { preferredOutputLocation: Object.fromEntries(resident.map((name) => [name, "gpu-buffer"])) }),
        ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      });
      return new Session(session, options);
    } catch (cause) {
      const providers = executionProviders.join(", ");
      throw new LookonceError("DEVICE", `ONNX Runtime refused a graph on ${providers}: ${messageOf(cause)}`, { cause });
    }
  }

  /**
   * Runs the graph.
   *
   * @param outputs the tensors to write to, by name; `null` for new ones
   * @throws LookonceError `DEVICE` when it fails
   */
  async run(
    inputs: Record<string, RuntimeTensor>,
    outputs: Record<string, RuntimeTensor | null>,
  ): Promise<Record<string, RuntimeTensor>> {
    try {
      return (await this.#session.run(inputs, outputs)) as Record<string, RuntimeTensor>;
    } catch (cause) {
      throw new LookonceError("DEVICE", `ONNX Runtime failed on ${this.#providers}: ${messageOf(cause)}`, { cause });
    }
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

/** A tensor of ONNX Runtime over contents on the host. */
export function hostTensor({ dtype, shape }: Signature, data: HostData): RuntimeTensor {
  return new Tensor(dtype as "float32", data as Float32Array, shape);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

import { LookonceError } from "@lookonce/errors";
import { type OnnxModel, serializeModel } from "@lookonce/onnx";
import type { InferenceSession, Tensor } from "onnxruntime-common";
import type { HostData, Signature } from "../graph/signature.ts";

/** How ONNX Runtime runs graphs: its execution providers in the order of preference, and threads for one operator. */
export interface RuntimeOptions {
  readonly executionProviders: readonly string[];
  readonly threads?: number | undefined;
  /**
   * Whether ONNX Runtime optimizes the graph, which pays for networks that are run often. Default false: the lowering leaves
   * little to optimize, and searching takes seconds for a training step's thousands of nodes.
   */
  readonly optimize?: boolean;
}

/** A tensor of ONNX Runtime, on the host or in the device's memory. */
export type RuntimeTensor = Tensor;

/** Name, type and shape of an input or output; symbolic sizes are strings. */
export interface EnginePort {
  name: string;
  type: string;
  shape: readonly (number | string)[];
}

/** A compiled graph. */
export interface Session {
  readonly inputs: readonly EnginePort[];
  readonly outputs: readonly EnginePort[];
  /**
   * Runs the graph, writing to `outputs`; `null` for new tensors.
   *
   * @returns what it computed: the tensors of `outputs` where they were given
   * @throws LookonceError `DEVICE` when it fails
   */
  run(
    inputs: Record<string, RuntimeTensor>,
    outputs: Record<string, RuntimeTensor | null>,
  ): Promise<InferenceSession.ReturnType>;
  release(): Promise<void>;
}

/** Where graphs run: a build of ONNX Runtime, and what it offers. The module `#engine` has the one of Node or of browsers. */
export interface Engine {
  /** ONNX Runtime's version. */
  readonly version: string;
  /** The processor's kind: `x64`, `arm64`, `wasm`. */
  readonly processor: string;
  /** Largest sum of compiled graphs' working memory, in bytes, where the options name none. */
  readonly memoryBudget: number;
  /** Whether channels may be in blocks (domain `com.microsoft.nchwc`), where the options do not say. */
  readonly blocks: boolean;
  /** Whether times are measured by node: then nodes need names. */
  readonly isProfiled: boolean;
  /** Bytes that are occupied now; `undefined` where that cannot be known. */
  occupied(): number | undefined;
  /** A tensor over contents on the host. */
  tensor(signature: Signature | { dtype: "uint8"; shape: number[] }, data: HostData): RuntimeTensor;
  /**
   * Compiles a graph, or the bytes of its file, whose `resident` outputs stay on the device.
   *
   * @throws LookonceError `DEVICE` when it is refused; the cause is ONNX Runtime's error
   */
  compile(model: OnnxModel | Uint8Array, options: RuntimeOptions, resident?: readonly string[]): Promise<Session>;
  /** Tries something that works or not on this machine, unless it is known that it works. */
  tried(what: string, attempt: () => Promise<boolean>): Promise<boolean>;
  /** Keeps facts beside the measured times, where times are measured. */
  note(name: string, facts: object): void;
}

/** Options by which an engine is chosen. */
export interface EngineOptions extends RuntimeOptions {
  /**
   * Browsers: the folder that serves ONNX Runtime's `ort-wasm-*.mjs` and `ort-wasm-*.wasm`, or their addresses by these names;
   * of files compressed by gzip the addresses end in `.gz`. Default: beside the page's own bundle, where bundlers write them.
   */
  readonly runtimeFiles?: string | Readonly<Record<string, string>> | undefined;
}

/**
 * Does what ONNX Runtime may refuse.
 *
 * @param explain what else to say of a message of its
 * @throws LookonceError `DEVICE` with what it says
 */
export async function attempt<T>(
  verb: string,
  providers: readonly string[],
  task: () => Promise<T>,
  explain: (message: string) => string = (message) => message,
): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    const message = explain(cause instanceof Error ? cause.message : String(cause));
    throw new LookonceError("DEVICE", `ONNX Runtime ${verb} on ${providers.join(", ")}: ${message}`, { cause });
  }
}

/** Options of every session, whichever the engine. */
export function sessionOptions(
  { executionProviders, threads, optimize = false }: RuntimeOptions,
  resident: readonly string[],
): InferenceSession.SessionOptions {
  return {
    executionProviders: [...executionProviders],
    graphOptimizationLevel: optimize ? "all" : "disabled",
    enableMemPattern: optimize,
    // Errors only: warnings about the placing of operators mean nothing to users.
    logSeverityLevel: 3,
    ...(resident.length === 0
      ? {}
      : { preferredOutputLocation: Object.fromEntries(resident.map((name) => [name, "gpu-buffer"])) }),
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  };
}

/** A graph as the bytes of its file, as ONNX Runtime reads it: not from shared memory. */
export function bytesOf(model: OnnxModel | Uint8Array): Uint8Array {
  if (!(model instanceof Uint8Array)) return serializeModel(model);
  const isShared = typeof SharedArrayBuffer === "function" && model.buffer instanceof SharedArrayBuffer;
  return isShared ? model.slice() : model;
}

/** The inputs or outputs of a session. */
export function portsOf(metadata: InferenceSession["inputMetadata"]): EnginePort[] {
  return metadata.map((port) => {
    if (!port.isTensor) return { name: port.name, type: "other", shape: [] };
    return { name: port.name, type: port.type, shape: [...port.shape] };
  });
}

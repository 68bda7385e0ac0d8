import { LookonceError } from "@lookonce/errors";
import type * as Runtime from "onnxruntime-web";
import type { HostData } from "../../graph/signature.ts";
import {
  attempt,
  bytesOf,
  type Engine,
  type EngineOptions,
  portsOf,
  type RuntimeTensor,
  sessionOptions,
} from "../engine.ts";

type Build = typeof Runtime;

/** Builds of ONNX Runtime: a page loads the ones that it needs, each once. */
const builds = {
  wasm: (): Promise<Build> => import("onnxruntime-web/wasm"),
  webgpu: (): Promise<Build> => import("onnxruntime-web/webgpu"),
  jspi: (): Promise<Build> => import("onnxruntime-web/jspi"),
};

const engines = new Map<keyof typeof builds, Promise<Engine>>();

/** Bytes that 32-bit WebAssembly can address. */
const addressable = 2 ** 32;

/**
 * ONNX Runtime as WebAssembly; graphs of the provider `webgpu` run on the graphics card.
 *
 * Threads need a page that is isolated from others (headers COOP and COEP) and `runtimeFiles`, since they load ONNX Runtime by
 * themselves; elsewhere there is one. The first engine that a page loads decides on both.
 */
export function loadEngine(options: EngineOptions): Promise<Engine> {
  const name = options.executionProviders.includes("webgpu") ? webgpuBuild() : "wasm";
  const engine =
    engines.get(name) ??
    builds[name]().then(async ({ env, ...build }) => {
      await configure(env, name, options);
      return webEngine({ env, ...build });
    });
  engines.set(name, engine);
  // What could not be fetched may be there later.
  engine.catch(() => engines.delete(name));
  return engine;
}

/** Where WebAssembly can wait for promises by itself the build that does so is smaller and faster. */
function webgpuBuild(): "jspi" | "webgpu" {
  return "Suspending" in WebAssembly ? "jspi" : "webgpu";
}

/** What the files of each build have in their names. */
const suffixes: Readonly<Record<keyof typeof builds, string>> = { wasm: "", webgpu: ".asyncify", jspi: ".jspi" };

async function configure(
  { wasm }: Build["env"],
  name: keyof typeof builds,
  { threads, runtimeFiles }: EngineOptions,
): Promise<void> {
  const isIsolated = globalThis.crossOriginIsolated === true;
  wasm.numThreads = isIsolated && runtimeFiles !== undefined ? (threads ?? navigator.hardwareConcurrency) : 1;
  if (typeof runtimeFiles === "string") wasm.wasmPaths = runtimeFiles.replace(/\/?$/, "/");
  else if (runtimeFiles !== undefined) {
    const stem = `ort-wasm-simd-threaded${suffixes[name]}`;
    const [mjs, wasmFile] = [runtimeFiles[`${stem}.mjs`], runtimeFiles[`${stem}.wasm`]];
    if (mjs === undefined || wasmFile === undefined) throw withoutFiles(stem);
    wasm.wasmPaths = { mjs, wasm: wasmFile };
    if (/\.gz$/.test(new URL(wasmFile, location.href).pathname)) wasm.wasmBinary = await fetchCompressed(wasmFile);
  }
}

function withoutFiles(stem: string): LookonceError {
  return new LookonceError("ARGUMENT", `runtimeFiles has no addresses of ${stem}.mjs and ${stem}.wasm: add both.`);
}

/** The first bytes of a gzip file. */
const gzip = [0x1f, 0x8b];

/**
 * Fetches a file that is compressed by gzip.
 *
 * @throws LookonceError `IO` when the server does not have it, or something else in its place
 */
async function fetchCompressed(address: string): Promise<ArrayBuffer> {
  const failed = (reason: string, cause?: unknown): LookonceError =>
    new LookonceError("IO", `ONNX Runtime's ${address} cannot be used: ${reason}. Serve it beside the page's bundle.`, {
      cause,
    });
  try {
    const response = await fetch(address);
    if (!response.ok) throw failed(`the server answers with status ${response.status}`);
    const bytes = await response.arrayBuffer();
    // Some servers have browsers decompress files of such a name
    if (gzip.some((byte, i) => new Uint8Array(bytes)[i] !== byte)) return bytes;
    const contents = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return await new Response(contents).arrayBuffer();
  } catch (cause) {
    throw cause instanceof LookonceError ? cause : failed((cause as Error).message, cause);
  }
}

function webEngine({ env, InferenceSession, Tensor }: Build): Engine {
  let queue: Promise<unknown> = Promise.resolve();
  /** A build that waits for the graphics card cannot be called meanwhile. */
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const result = queue.then(task);
    queue = result.catch(() => undefined);
    return result;
  };
  return {
    version: env.versions.web ?? env.versions.common,
    processor: "wasm",
    memoryBudget: addressable / 2,
    blocks: true,
    isProfiled: false,
    // WebAssembly's memory is not to be seen from outside.
    occupied: () => undefined,
    tensor: ({ dtype, shape }, data) => new Tensor(dtype as "float32", data as Float32Array, shape),
    async compile(model, options, resident = []) {
      const { executionProviders: providers } = options;
      const session = await inTurn(() =>
        attempt(
          "refused a graph",
          providers,
          () => InferenceSession.create(bytesOf(model), sessionOptions(options, resident)),
          explain,
        ),
      );
      return {
        inputs: portsOf(session.inputMetadata),
        outputs: portsOf(session.outputMetadata),
        run: (inputs, outputs) =>
          inTurn(() =>
            attempt(
              "failed",
              providers,
              async () => {
                // It copies what is on the host into its own memory and results out of it again: given outputs stay as they are.
                const results = await session.run(inputs, nothingGiven(outputs));
                const kept = Object.entries(results).map(([name, result]) => {
                  const given = outputs[name];
                  return [name, given ? copied(result, given) : result];
                });
                return Object.fromEntries(kept);
              },
              explain,
            ),
          ),
        release: () => inTurn(() => session.release()),
      };
    },
    tried: (_, attempted) => attempted(),
    note() {},
  };
}

/** What WebAssembly and ONNX Runtime say where no memory is left; the first where contents are copied to an address of none. */
const outOfMemory = /offset is out of bounds|bad_alloc|out of memory|failed to allocate|allocation failed/i;

/** Says what to do about failures that are a page's own. */
function explain(message: string): string {
  if (/device[^.]*\blost\b/i.test(message)) {
    return "the graphics card was lost to this page, as when its driver restarts or its memory is full: end the worker that computes, or reload the page, and load the model again; use smaller batches or images if it happens again.";
  }
  if (outOfMemory.test(message)) {
    return `no memory is left of the ${addressable / 2 ** 30} GiB that WebAssembly addresses, or of the device's: use smaller batches, smaller images or a smaller model.`;
  }
  return message;
}

function nothingGiven(outputs: Readonly<Record<string, RuntimeTensor | null>>): Record<string, null> {
  return Object.fromEntries(Object.keys(outputs).map((name) => [name, null]));
}

function copied(result: RuntimeTensor, given: RuntimeTensor): RuntimeTensor {
  (given.data as HostData).set(result.data as HostData);
  return given;
}

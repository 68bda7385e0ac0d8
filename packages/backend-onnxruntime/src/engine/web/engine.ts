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
  const engine = engines.get(name) ?? builds[name]().then((build) => configure(build, name, options));
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

function configure(build: Build, name: keyof typeof builds, { threads, runtimeFiles }: EngineOptions): Engine {
  const { wasm } = build.env;
  const isIsolated = globalThis.crossOriginIsolated === true;
  wasm.numThreads = isIsolated && runtimeFiles !== undefined ? (threads ?? navigator.hardwareConcurrency) : 1;
  if (typeof runtimeFiles === "string") wasm.wasmPaths = runtimeFiles.replace(/\/?$/, "/");
  else if (runtimeFiles !== undefined) {
    const stem = `ort-wasm-simd-threaded${suffixes[name]}`;
    const [mjs, wasmFile] = [runtimeFiles[`${stem}.mjs`], runtimeFiles[`${stem}.wasm`]];
    if (mjs === undefined || wasmFile === undefined) throw withoutFiles(stem);
    wasm.wasmPaths = { mjs, wasm: wasmFile };
  }
  return webEngine(build);
}

function withoutFiles(stem: string): LookonceError {
  return new LookonceError("ARGUMENT", `runtimeFiles has no addresses of ${stem}.mjs and ${stem}.wasm: add both.`);
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
    return "the graphics card was lost to this page, as when its driver restarts or its memory is full: reload the page, and use smaller batches or images if that happens again.";
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

import type { DeviceName } from "@lookonce/device";
import type { OnnxEngineOptions as EngineOptions } from "@lookonce/inference";

/** Options of where to compute. */
export interface PlaceOptions {
  /** Where to compute (default `cpu`); `auto` chooses a GPU when one works and is faster. */
  device?: DeviceName | "auto";
  /** Threads for the CPU (default: ONNX Runtime's choice, one a core). */
  threads?: number | undefined;
  /**
   * Largest sum of compiled graphs' working memory in a training, in bytes (default: half of the machine's memory, in browsers 2 of
   * the 4 GiB that WebAssembly addresses).
   */
  memoryBudget?: number | undefined;
  /** Browsers: where ONNX Runtime's own files are, see `@lookonce/backend-onnxruntime`. Default: with this package. */
  runtimeFiles?: EngineOptions["runtimeFiles"];
}

/** Where a detector computes. `auto` is decided once, when it is first needed. */
export class Place {
  readonly #options: PlaceOptions;
  readonly #log: (line: string) => void;
  #chosen: DeviceName | undefined;
  /** Threads where none are named. */
  #usualThreads: number | undefined;

  /** @param log called with one line on what `auto` chose and why */
  constructor(options: PlaceOptions, log: (line: string) => void = () => {}) {
    this.#options = options;
    this.#log = log;
  }

  /** Uses as many threads where none are named: other processes need the rest of the cores. */
  limitThreads(threads: number): void {
    this.#usualThreads = threads;
  }

  /** Makes the device tfjs's current one: other detectors may have changed that. */
  async enter(): Promise<DeviceName> {
    const { device = "cpu" } = this.#options;
    const { setDevice } = await import("@lookonce/device");
    const report = await setDevice(this.#chosen ?? device, this.#tensors);
    if (this.#chosen === undefined && device === "auto") this.#log(`device ${report.device}: ${report.reason}`);
    this.#chosen = report.device;
    return report.device;
  }

  /** Makes the CPU tfjs's current device, for building and tracing models: that computes nothing worth a GPU. */
  async enterHost(): Promise<void> {
    const { setDevice } = await import("@lookonce/device");
    await setDevice("cpu", this.#tensors);
  }

  /**
   * How ONNX Runtime is to run a network of constant weights, once the device is known to work. TensorFlow's devices only
   * train: there it is the CPU.
   */
  async engine(): Promise<{ executionProviders: string[] } & Pick<EngineOptions, "runtimeFiles" | "threads">> {
    const { device = "cpu" } = this.#options;
    const works = device === "cpu" ? device : await this.enter();
    const isGpu = works === "webgpu" || works === "cuda";
    return { executionProviders: isGpu ? [works, "cpu"] : ["cpu"], ...this.#runtime };
  }

  /** How tensors are computed. */
  get #tensors(): Parameters<typeof import("@lookonce/device").setDevice>[1] {
    return { ...this.#runtime, memoryBudget: this.#options.memoryBudget };
  }

  get #runtime(): { threads?: number; runtimeFiles?: EngineOptions["runtimeFiles"] } {
    const { threads = this.#usualThreads, runtimeFiles } = this.#options;
    return { ...(threads === undefined ? {} : { threads }), ...(runtimeFiles === undefined ? {} : { runtimeFiles }) };
  }
}

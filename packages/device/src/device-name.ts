import type { RegisterOptions } from "@lookonce/backend-onnxruntime";
import { type DeviceName, deviceNames } from "@lookonce/config";
import { didYouMean, LookonceError } from "@lookonce/errors";

export { type DeviceName, deviceNames } from "@lookonce/config";

/** A device's name as a user typed it, or `auto`. */
export function parseDeviceName(name: string): DeviceName | "auto" {
  const known = ["auto", ...deviceNames] as const;
  const found = known.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  throw new LookonceError(
    "ARGUMENT",
    `there is no device "${name}"; there are ${known.join(", ")}.${didYouMean(name, known)}`,
  );
}

/** What a device runs on. */
export interface Device {
  readonly package: string;
  /** The name of tfjs's backend. */
  readonly backend: string;
  /** ONNX Runtime's execution providers; TensorFlow's devices have none. */
  readonly providers?: readonly [string, ...string[]];
  /** What a user can do where it does not work. */
  readonly remedy: string;
}

/** Whether a device works, tried in a process of its own; in browsers in the page. */
export interface DeviceState {
  device: DeviceName;
  usable: boolean;
  /** Why it is not usable, or how fast it was. */
  reason: string;
  /** Shortest time of a matmul of two 1024 × 1024 matrices, data transfer included. ONNX Runtime's devices only. */
  milliseconds?: number;
}

/** How a device is set up. */
export interface DeviceOptions {
  /** Threads that one operator may use on the CPU. Default: ONNX Runtime's choice, one a core. */
  threads?: number;
  /**
   * Largest sum of compiled graphs' working memory, in bytes; those unused for longest are freed first. Default: half of the
   * machine's memory, 2 GiB in browsers.
   */
  memoryBudget?: number | undefined;
  /**
   * Browsers: the folder that serves ONNX Runtime's files, without which there is one thread; see `registerOnnxRuntime` of
   * `@lookonce/backend-onnxruntime`.
   */
  runtimeFiles?: RegisterOptions["runtimeFiles"];
}

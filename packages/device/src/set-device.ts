import { registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import { devices, loadTensorFlow, probe } from "#platform";
import { chooseDevice } from "./choose-device.ts";
import { type DeviceName, type DeviceOptions, parseDeviceName } from "./device-name.ts";

/** Options of {@link setDevice}. */
export type SetDeviceOptions = DeviceOptions;

/** Where tensors live from now on. */
export interface DeviceReport {
  device: DeviceName;
  /** The name of tfjs's backend. */
  backend: string;
  /** Why this device: asked for, or what `auto` found. */
  reason: string;
}

/** What each backend was registered with here. */
const registered = new Map<string, Pick<DeviceOptions, "threads" | "memoryBudget">>();

/** The build of TensorFlow that this process has loaded. */
let loadedTensorFlow: DeviceName | undefined;

/**
 * Chooses where tensors live, loads what that needs, and proves that it computes.
 *
 * `auto` chooses a GPU when one works and is faster, and the CPU else; it needs nothing but Node, or a browser. Calling it again with the
 * same settings keeps the tensors there are; tensors do not move between devices.
 *
 * @throws LookonceError `ARGUMENT` for an unknown name or a bad number of threads, `DEVICE` when the device does not
 *   work, with what to do; the device from before stays then
 */
export async function setDevice(
  name: DeviceName | "auto" | (string & {}) = "auto",
  options: SetDeviceOptions = {},
): Promise<DeviceReport> {
  const asked = parseDeviceName(name);
  checkCount("threads", options.threads);
  checkCount("memoryBudget", options.memoryBudget);
  if (asked !== "auto") return { ...(await use(asked, options)), reason: "asked for" };
  const { device, reason } = await chooseDevice((device) => probe(device, options));
  try {
    return { ...(await use(device, options)), reason };
  } catch (error) {
    if (device === "cpu" || !(error instanceof LookonceError)) throw error;
    return { ...(await use("cpu", options)), reason: `${reason}, but: ${error.message}` };
  }
}

async function use(device: DeviceName, options: SetDeviceOptions): Promise<Omit<DeviceReport, "reason">> {
  const { threads, memoryBudget, runtimeFiles } = options;
  const before = tf.engine().backendName;
  const { package: name, backend, providers, remedy } = devices[device];
  if (providers === undefined) checkTensorFlow(device, threads);
  const isThere = tf.findBackendFactory(backend) !== null;
  // All but the CPU is tried in another process first: a driver may write to the terminal, or end the process, and so may a
  // native library that does not fit.
  if (device !== "cpu" && !isThere) {
    const { usable, reason } = await probe(device, options);
    if (!usable) throw new LookonceError("DEVICE", `device ${device} cannot be used. ${reason}`);
  }
  try {
    if (providers === undefined) {
      await loadTensorFlow(name);
      loadedTensorFlow = device;
    } else if (!isThere || differs(registered.get(backend), { threads, memoryBudget })) {
      await registerOnnxRuntime({ name: backend, executionProviders: providers, threads, memoryBudget, runtimeFiles });
      registered.set(backend, { threads, memoryBudget });
    }
    if (!(await tf.setBackend(backend))) throw new Error(`tfjs could not start its backend "${backend}"`);
    await verify();
    return { device, backend };
  } catch (cause) {
    if (before) await tf.setBackend(before);
    if (cause instanceof LookonceError && cause.code === "ARGUMENT") throw cause;
    throw new LookonceError("DEVICE", `device ${device} does not work: ${messageOf(cause)} ${remedy}`, { cause });
  }
}

/** Whether something is asked for that a backend was not registered with. */
function differs(
  known: Pick<DeviceOptions, "threads" | "memoryBudget"> = {},
  { threads = known.threads, memoryBudget = known.memoryBudget }: Pick<DeviceOptions, "threads" | "memoryBudget">,
): boolean {
  return threads !== known.threads || memoryBudget !== known.memoryBudget;
}

/** Checks what TensorFlow's devices do not support, before anything is tried. */
function checkTensorFlow(device: DeviceName, threads: number | undefined): void {
  if (threads !== undefined) {
    throw new LookonceError(
      "ARGUMENT",
      `threads cannot be set for device ${device}: set TF_NUM_INTRAOP_THREADS in the environment instead.`,
    );
  }
  if (loadedTensorFlow === undefined || loadedTensorFlow === device) return;
  throw new LookonceError(
    "ARGUMENT",
    `device ${device} cannot be used after ${loadedTensorFlow}: a process can load one build of TensorFlow. Start a new one.`,
  );
}

/** Computes something small whose answer is known. */
async function verify(): Promise<void> {
  const sum = tf.tidy(() => tf.sum(tf.square(tf.tensor1d([1, 2, 3]))));
  const [value] = await sum.data();
  sum.dispose();
  if (value !== 14) throw new Error(`1² + 2² + 3² came out as ${value}.`);
}

function checkCount(name: string, count: number | undefined): void {
  if (count === undefined || (Number.isInteger(count) && count > 0)) return;
  throw new LookonceError("ARGUMENT", `${name} must be a whole number of at least 1, not ${count}.`);
}

function messageOf(cause: unknown): string {
  const [line = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

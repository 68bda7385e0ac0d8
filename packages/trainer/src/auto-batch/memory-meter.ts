import { execFile } from "node:child_process";
import { freemem } from "node:os";
import { promisify } from "node:util";
import { LookonceError } from "@lookonce/errors";

/** Where a training step's memory comes from, and how much of it there is; in bytes. */
export interface MemoryMeter {
  /** What it measures, as a sentence calls it. */
  readonly name: string;
  /** What could still be taken. */
  free(): Promise<number>;
  /** What is taken. Differences count: by a step, others standing still. */
  used(): Promise<number>;
}

/** Bytes that this process occupies. */
export function usedMemory(): number {
  return process.memoryUsage.rss();
}

/** The process's memory; what is free heeds the limits of a container. */
export const hostMemory: MemoryMeter = {
  name: "memory",
  free: async () => process.availableMemory?.() ?? freemem(),
  used: async () => usedMemory(),
};

/** Queries NVIDIA's driver for its first GPU: a line `used, total` in MiB. */
async function queryDriver(): Promise<string> {
  const args = ["--query-gpu=memory.used,memory.total", "--format=csv,noheader,nounits", "--id=0"];
  return (await promisify(execFile)("nvidia-smi", args)).stdout;
}

/** Memory of an NVIDIA GPU as `nvidia-smi` reports it: that of all processes, to one MiB. */
export function nvidiaMemory(query: () => Promise<string> = queryDriver): MemoryMeter {
  const read = async (): Promise<{ used: number; free: number }> => {
    const [used, total] = (await query()).split(",").map(Number);
    if (used === undefined || total === undefined || !(total > 0)) throw new Error("nvidia-smi reported no sizes");
    return { used: used * 2 ** 20, free: (total - used) * 2 ** 20 };
  };
  return { name: "GPU memory", free: async () => (await read()).free, used: async () => (await read()).used };
}

/**
 * The meter for an execution provider: the process's memory for `cpu`, the driver's figures for GPUs of NVIDIA. Neither
 * ONNX Runtime nor WebGPU reports the memory of another GPU.
 */
export async function meterFor(provider: string, gpu: MemoryMeter = nvidiaMemory()): Promise<MemoryMeter> {
  if (provider === "cpu") return hostMemory;
  try {
    await gpu.used();
    return gpu;
  } catch (cause) {
    throw new LookonceError(
      "DEVICE",
      `batch -1 cannot see how much memory the ${provider} device has (it asks nvidia-smi: ${(cause as Error).message.split("\n")[0]}); set the batch to a number.`,
      { cause },
    );
  }
}

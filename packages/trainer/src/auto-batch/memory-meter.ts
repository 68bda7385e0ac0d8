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

/** The process's memory; what is free heeds the limits of a container. */
export const hostMemory: MemoryMeter = {
  name: "memory",
  free: async () => process.availableMemory?.() ?? freemem(),
  used: async () => process.memoryUsage.rss(),
};

/** What NVIDIA's driver tells of its first GPU: a line `used, total` in MiB. */
async function askDriver(): Promise<string> {
  const query = ["--query-gpu=memory.used,memory.total", "--format=csv,noheader,nounits", "--id=0"];
  return (await promisify(execFile)("nvidia-smi", query)).stdout;
}

/** Memory of an NVIDIA GPU, as `nvidia-smi` tells it: that of all processes, to one MiB. */
export function nvidiaMemory(ask: () => Promise<string> = askDriver): MemoryMeter {
  const read = async (): Promise<{ used: number; total: number }> => {
    const [used, total] = (await ask()).split(",").map(Number);
    if (used !== undefined && total !== undefined && total > 0) return { used: used * 2 ** 20, total: total * 2 ** 20 };
    throw new Error("nvidia-smi told no sizes");
  };
  return {
    name: "GPU memory",
    free: async () => {
      const { used, total } = await read();
      return total - used;
    },
    used: async () => (await read()).used,
  };
}

/**
 * The meter for a device: the process's memory for `cpu`, the driver's figures for GPUs of NVIDIA. Neither ONNX Runtime
 * nor WebGPU tells how much memory another GPU has.
 *
 * @param provider ONNX Runtime's execution provider
 * @throws LookonceError `DEVICE` where nothing tells
 */
export async function meterFor(provider: string, gpu: MemoryMeter = nvidiaMemory()): Promise<MemoryMeter> {
  if (provider === "cpu") return hostMemory;
  try {
    await gpu.used();
    return gpu;
  } catch (cause) {
    throw new LookonceError(
      "DEVICE",
      `batch -1 cannot see how much memory the ${provider} device has (it asks nvidia-smi: ${(cause as Error).message.split("\n")[0]}); give the batch as a number.`,
      { cause },
    );
  }
}

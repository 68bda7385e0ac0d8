import { availableParallelism, cpus, freemem, release, totalmem, type } from "node:os";
import { dirname } from "node:path";
import type { DeviceState } from "@lookonce/device";
import { defaultFolder } from "../find-weights-file.ts";
import { diskOf, type FolderState } from "./folder-state.ts";
import { packageVersion } from "./package-version.ts";
import { ffmpegState, type ToolState } from "./tool-state.ts";

/** What lookonce finds on a machine. */
export interface Checks {
  /** Versions of lookonce, Node.js and the libraries that compute; `null` where one is not found. */
  versions: {
    lookonce: string;
    node: string;
    onnxruntime: string | null;
    tfjs: string | null;
    sharp: string | null;
  };
  system: {
    platform: string;
    /** Name and version of the operating system's kernel. */
    os: string;
    arch: string;
    cpu: string;
    /** Threads that this process may use. */
    threads: number;
    /** In bytes; of all programs. */
    memory: { total: number; free: number };
  };
  /** Where fetched weights stay. */
  cache: FolderState;
  /** The program that videos and cameras are read with. */
  ffmpeg: ToolState;
  /** Every device: whether it works here, and else what is missing. */
  devices: DeviceState[];
}

/** Options of {@link checks}. */
export interface ChecksOptions {
  /** Folder where fetched weights stay. Default: that of `YOLO.load`. */
  cache?: string;
  /** Name of the program `ffmpeg`, or its path. */
  ffmpeg?: string;
}

/** Checks what lookonce needs and could use on this machine. Devices are tried for real, in processes of their own. */
export async function checks({ cache, ffmpeg = "ffmpeg" }: ChecksOptions = {}): Promise<Checks> {
  const { availableDevices } = await import("@lookonce/device");
  const folder = cache ?? dirname(await defaultFolder());
  const [devices, tool, disk] = await Promise.all([availableDevices(), ffmpegState(ffmpeg), diskOf(folder)]);
  const [first] = cpus();
  return {
    versions: {
      lookonce: packageVersion("@lookonce/yolo") ?? "unknown",
      node: process.versions.node,
      onnxruntime: runtimeVersion() ?? null,
      tfjs: packageVersion("@tensorflow/tfjs-core", "@lookonce/device") ?? null,
      sharp: packageVersion("sharp", "@lookonce/image") ?? null,
    },
    system: {
      platform: process.platform,
      os: `${type()} ${release()}`,
      arch: process.arch,
      cpu: first?.model.trim() ?? "unknown",
      threads: availableParallelism(),
      memory: { total: totalmem(), free: freemem() },
    },
    cache: disk,
    ffmpeg: tool,
    devices,
  };
}

/** The version of ONNX Runtime: of the package that somebody installed, or of the one that comes with ours. */
function runtimeVersion(): string | undefined {
  const owner = "@lookonce/device";
  return (
    packageVersion("onnxruntime-node", owner) ??
    packageVersion(`@lookonce/onnxruntime-${process.platform}-${process.arch}`, owner)
  );
}

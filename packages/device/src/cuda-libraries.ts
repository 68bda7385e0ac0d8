import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const provider = "libonnxruntime_providers_cuda.so";

/** What ONNX Runtime's CUDA provider lacks here, as a sentence; `undefined` when nothing is seen to be missing. */
export function explainCuda(onnxRuntimeEntry: string): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return `onnxruntime-node has CUDA for Linux on x64 only, and this is ${process.platform} on ${process.arch}.`;
  }
  const file = join(dirname(onnxRuntimeEntry), "../bin/napi-v6/linux/x64", provider);
  if (!existsSync(file)) return `${provider} is not there.`;
  const { stdout, error } = spawnSync("ldd", [file], { encoding: "utf8" });
  return error === undefined ? explainLibraries(stdout) : undefined;
}

/** Names the shared libraries that `ldd` did not find. */
export function explainLibraries(ldd: string): string | undefined {
  const missing = [...ldd.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name as string);
  if (missing.length === 0) return undefined;
  const list = new Intl.ListFormat("en-GB").format(missing);
  const driver = missing.includes("libcuda.so.1") ? " libcuda.so.1 comes with NVIDIA's driver." : "";
  return `${list} ${missing.length === 1 ? "was" : "were"} not found.${driver}`;
}

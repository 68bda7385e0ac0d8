import { createRequire } from "node:module";

const require: NodeJS.Require = createRequire(import.meta.url);

/** ONNX Runtime's binaries for this platform alone, in a package that needs no install script (decision 0066). */
export const ownRuntime: string = `@lookonce/onnxruntime-${process.platform}-${process.arch}`;

/**
 * The file that is ONNX Runtime for Node, or `undefined` where there is none: `onnxruntime-node`, where somebody installed it,
 * for its CUDA provider say; else the package of this platform that comes with ours.
 */
export function runtimeFile(): string | undefined {
  return resolved(() => require.resolve("onnxruntime-node")) ?? resolved(() => require.resolve(ownRuntime));
}

function resolved(resolve: () => string): string | undefined {
  try {
    return resolve();
  } catch {
    return undefined;
  }
}

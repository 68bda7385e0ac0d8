import { createRequire } from "node:module";
import { repairTensorFlowKernels } from "./tensorflow-kernels.ts";

const require: NodeJS.Require = createRequire(import.meta.url);

/**
 * Loads `@tensorflow/tfjs-node` or `@tensorflow/tfjs-node-gpu`, which registers its backend with tfjs, and adds what version
 * 4.22.0, the last one, lacks.
 *
 * @throws the error of the import: not installed, or its native parts are missing or do not fit
 */
export async function loadTensorFlowPackage(name: string): Promise<void> {
  require("../bin/restore-util.cjs");
  // Without notices, such as which CPU instructions it was built for; errors stay
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  // An optional peer dependency: bundlers and type checkers do not follow a variable
  await import(name);
  repairTensorFlowKernels();
}

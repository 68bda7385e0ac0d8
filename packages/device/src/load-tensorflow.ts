import { createRequire } from "node:module";
import { repairTensorFlowKernels } from "./tensorflow-kernels.ts";

const require: NodeJS.Require = createRequire(import.meta.url);

/**
 * Loads `@tensorflow/tfjs-node` or `@tensorflow/tfjs-node-gpu`, which registers its backend with tfjs, and adds what version 4.22.0, the last one, lacks.
 *
 * @throws what importing it throws: not installed, or its native parts are not there or do not fit
 */
export async function loadTensorFlowPackage(name: string): Promise<void> {
  restoreRemovedChecks();
  // Its notices, such as which instructions of the processor it was built for, are not for a program's users. Errors stay.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  // Optional peers: a name that bundlers and type checkers do not follow.
  await import(name);
  repairTensorFlowKernels();
}

/**
 * tfjs-node 4.22.0 calls two functions of `node:util` that Node.js 23 removed (DEP0045, DEP0047); there
 * `tf.tensor` and whatever reads a value would throw. Where they are missing they are restored, as Node.js documented them.
 */
function restoreRemovedChecks(): void {
  // The CommonJS exports: the package's own `require("util")` returns the same object.
  const util = require("node:util") as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown): boolean => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

import { currentBackend } from "@lookonce/backend-onnxruntime";
import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";

/** ONNX Runtime's execution providers that compute in half precision faster than in single. */
const fast: ReadonlySet<string> = new Set(["cuda", "webgpu"]);

/**
 * Whether to train in mixed precision. On a processor it does not pay: ONNX Runtime computes there in single precision
 * and only rounds to half before and after.
 *
 * @param asked the user's wish; without one, on GPUs only
 * @throws LookonceError `ARGUMENT` when it is asked for on a device that does not run on ONNX Runtime
 */
export function choosePrecision(asked?: boolean): boolean {
  const backend = currentBackend();
  if (backend === undefined && asked === true) {
    throw new LookonceError(
      "ARGUMENT",
      `amp: mixed precision is made for the devices cpu, webgpu and cuda, not for the backend "${tf.getBackend()}": leave amp out.`,
    );
  }
  return asked ?? fast.has(backend?.runtime.executionProviders[0] ?? "");
}

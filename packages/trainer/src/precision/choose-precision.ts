import { currentBackend } from "@lookonce/backend-onnxruntime";
import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import { comparePrecisions, type PrecisionTimes } from "./compare-precisions.ts";

/** Whether a training is in mixed precision. */
export interface PrecisionChoice {
  amp: boolean;
  /** Why, in one line, where the device was tried. */
  line?: string;
}

/** ONNX Runtime's execution providers that may compute faster in half precision than in single. */
const gpus: ReadonlySet<string> = new Set(["cuda", "webgpu"]);

/** Half precision must take at most this share of single's time: the casts around it take some, too. */
const worthwhile = 0.8;

/**
 * Whether to train in mixed precision. On a processor it does not pay: ONNX Runtime computes there in single precision
 * and only rounds to half before and after. A GPU is tried: some compute no half precision, or no faster.
 *
 * @param asked the user's wish, which counts
 * @throws LookonceError `ARGUMENT` when it is asked for on a device that does not run on ONNX Runtime
 */
export async function choosePrecision(
  asked?: boolean,
  compare: () => Promise<PrecisionTimes> = comparePrecisions,
): Promise<PrecisionChoice> {
  const backend = currentBackend();
  if (backend === undefined && asked === true) {
    throw new LookonceError(
      "ARGUMENT",
      `amp: mixed precision is made for the devices cpu, webgpu and cuda, not for the backend "${tf.getBackend()}": leave amp out.`,
    );
  }
  if (asked !== undefined) return { amp: asked };
  if (!gpus.has(backend?.runtime.executionProviders[0] ?? "")) return { amp: false };
  try {
    return judge(await compare());
  } catch (error) {
    if (!(error instanceof LookonceError)) throw error;
    return { amp: false, line: `mixed precision is off: this device does not compute it (${error.message})` };
  }
}

function judge({ half, single, agrees }: PrecisionTimes): PrecisionChoice {
  const times = `convolutions took ${half.toFixed(1)} ms in half and ${single.toFixed(1)} ms in single precision`;
  if (!agrees) return { amp: false, line: "mixed precision is off: in half precision this device's numbers are wrong" };
  const amp = half <= worthwhile * single;
  return { amp, line: `mixed precision is ${amp ? "on" : "off"}: ${times}` };
}

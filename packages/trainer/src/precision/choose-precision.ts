import { currentBackend, RecordedStep } from "@lookonce/backend-onnxruntime";
import { LookonceError } from "@lookonce/errors";
import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";

/** Whether a training is in mixed precision. */
export interface PrecisionChoice {
  amp: boolean;
  /** The reason, in one line, where the device was measured. */
  line?: string;
}

/** ONNX Runtime's execution providers that may compute faster in half precision than in single. */
const gpus: ReadonlySet<string> = new Set(["cuda", "webgpu"]);

/** Half precision must take at most this share of single's time: the casts around it take some, too. */
const worthwhile = 0.8;

/**
 * Decides whether to train in mixed precision. On a processor it is not faster: ONNX Runtime computes there in single
 * precision and only rounds to half before and after. A GPU is measured: some compute no half precision, or no faster.
 *
 * @param amp the user's choice, which overrides the measurement
 * @throws LookonceError `ARGUMENT` when it is asked for on a device that does not run on ONNX Runtime
 */
export async function choosePrecision(
  amp?: boolean,
  compare: () => Promise<PrecisionTimes> = comparePrecisions,
): Promise<PrecisionChoice> {
  const backend = currentBackend();
  if (backend === undefined && amp === true) {
    throw new LookonceError(
      "ARGUMENT",
      `amp: mixed precision is for the devices cpu, webgpu and cuda, not for the backend "${tf.getBackend()}": leave amp out.`,
    );
  }
  if (amp !== undefined) return { amp };
  if (!gpus.has(backend?.runtime.executionProviders[0] ?? "")) return { amp: false };
  try {
    const { half, single, agrees } = await compare();
    if (!agrees)
      return { amp: false, line: "mixed precision is off: in half precision this device's numbers are wrong" };
    const faster = half <= worthwhile * single;
    const times = `convolutions took ${half.toFixed(1)} ms in half and ${single.toFixed(1)} ms in single precision`;
    return { amp: faster, line: `mixed precision is ${faster ? "on" : "off"}: ${times}` };
  } catch (error) {
    if (!(error instanceof LookonceError)) throw error;
    return { amp: false, line: `mixed precision is off: this device does not compute it (${error.message})` };
  }
}

/** Times of a few convolutions, in milliseconds; `agrees`: whether their results do. */
export interface PrecisionTimes {
  half: number;
  single: number;
  agrees: boolean;
}

/** Consecutive convolutions, channels, and rows and columns of the maps: 3.8 GFLOP, on little data from the host. */
const depth = 8;
const channels = 64;
const side = 80;
/** Runs after the first one, which compiles; the fastest counts. */
const repeats = 3;

/**
 * Times convolutions such as a network is made of in half and in single precision on tfjs's current backend, which must be
 * one of ONNX Runtime.
 *
 * @throws LookonceError `DEVICE` where it does not compute one of them
 */
export async function comparePrecisions(): Promise<PrecisionTimes> {
  const rng = new Random(0);
  const drawn = (length: number): Float32Array => Float32Array.from({ length }, () => rng.uniform(-1, 1));
  const inputs = {
    row: { data: drawn(side * channels), shape: [1, side, 1, channels] },
    filter: { data: drawn(9 * channels * channels).map((value) => value / 24), shape: [3, 3, channels, channels] },
  };
  const run = ({ row, filter }: Record<keyof typeof inputs, tf.Tensor4D>): { mean: tf.Tensor } => {
    let map: tf.Tensor4D = tf.broadcastTo(row, [1, side, side, channels]);
    for (let i = 0; i < depth; i++) map = tf.conv2d(map, filter, 1, "same");
    return { mean: tf.mean(tf.abs(map)) };
  };
  const time = async (autocast: boolean): Promise<{ milliseconds: number; value: number }> => {
    const step = new RecordedStep(run, [], { autocast });
    let milliseconds = Number.POSITIVE_INFINITY;
    let value = Number.NaN;
    for (let i = 0; i <= repeats; i++) {
      const start = performance.now();
      value = (await step.run(inputs)).mean[0] as number;
      if (i > 0) milliseconds = Math.min(milliseconds, performance.now() - start);
    }
    return { milliseconds, value };
  };
  const [half, single] = [await time(true), await time(false)];
  const agrees = Math.abs(half.value / single.value - 1) < 0.02;
  return { half: half.milliseconds, single: single.milliseconds, agrees };
}

import { RecordedStep } from "@lookonce/backend-onnxruntime";
import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";

/** What a device makes of a few convolutions, in milliseconds; `agrees` tells whether the results do. */
export interface PrecisionTimes {
  half: number;
  single: number;
  agrees: boolean;
}

/** Convolutions in a row, of so many channels on maps of so many rows and columns: 3.8 GFLOP, on little data from the host. */
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

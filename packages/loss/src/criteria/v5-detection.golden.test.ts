import {
  askedTestDevice,
  describeGolden,
  expectClose,
  goldenJson,
  goldenTensors,
  relativeError,
  usualDevices,
} from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { AnchorAssigner } from "../assigners/anchor-assigner.ts";
import type { HostTargets } from "../targets.ts";
import { croppedTargets } from "../test-anchor-targets.ts";
import { useTestDevice, values } from "../test-device.ts";
import { toAnchorMap } from "../test-task-case.ts";
import { LevelBalance } from "./level-balance.ts";
import { type V5LossOptions, v5DetectionLoss } from "./v5-detection.ts";

/** The settings of a golden case. */
interface Case {
  inputs: string;
  targets_used: number;
  nc: number;
  batch: number;
  image_hw: [number, number];
  autobalance: boolean;
  hyp: Record<"box" | "cls" | "obj" | "cls_pw" | "obj_pw" | "fl_gamma" | "label_smoothing" | "anchor_t", number>;
  strides: number[];
  anchors_grid_units: [number, number][][];
  calls: { total: number; box: number; objectness: number; class: number; balance_after: number[] }[];
}

type FixedRow = [image: number, label: number, x: number, y: number, w: number, h: number];

/** Rows of image, class and normalized xywh, padded per image as a batch of the trainer is. */
function padded(rows: Float32Array, { batch, image_hw: [height, width], targets_used: used }: Case): HostTargets {
  const maxTargets = 64;
  const boxes = new Float32Array(batch * maxTargets * 4);
  const labels = new Int32Array(batch * maxTargets);
  const mask = new Float32Array(batch * maxTargets);
  const next = Array.from({ length: batch }, (_, image) => image * maxTargets);
  for (let i = 0; i < used; i++) {
    const [image, label, x, y, w, h] = rows.subarray(6 * i, 6 * i + 6) as unknown as FixedRow;
    const at = next[image]!++;
    labels[at] = label;
    mask[at] = 1;
    boxes.set([(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height], 4 * at);
  }
  return { labels, boxes, mask, maxTargets };
}

/** {@link toAnchorMap}'s way back. */
const fromRaw = (x: tf.Tensor, [b, na, h, w, no]: number[]): tf.Tensor =>
  tf.transpose(tf.reshape(x, [b!, h!, w!, na!, no!]), [0, 3, 1, 2, 4]);

function lossOptions({ nc, hyp, strides, autobalance }: Case): V5LossOptions {
  return {
    nc,
    gains: { box: hyp.box, cls: hyp.cls, obj: hyp.obj },
    balance: new LevelBalance({ strides, mode: autobalance ? "auto" : "fixed" }),
    classPositiveWeight: hyp.cls_pw,
    objectPositiveWeight: hyp.obj_pw,
    focalGamma: hyp.fl_gamma,
    labelSmoothing: hyp.label_smoothing,
  };
}

const cases = [
  "default",
  "label_smoothing",
  "focal",
  "positive_weights",
  "positive_weights_and_focal",
  "empty_targets",
  "one_class",
  "four_layers",
  "autobalance",
  "autobalance_four_layers",
];
for (const [name, device] of cases.flatMap((name) => usualDevices.map((device) => [name, device] as const))) {
  const file = `v5/loss/${name}`;
  describeGolden(
    `v5DetectionLoss on ${askedTestDevice ?? device} against the reference, ${name}`,
    [`${file}.json`],
    () => {
      useTestDevice(device);

      it("has its losses and gradients, call by call", async () => {
        const golden: Case = goldenJson(`${file}.json`);
        const inputs = goldenTensors(`v5/loss/${golden.inputs}`);
        const expected = goldenTensors(`${file}.safetensors`);
        const assigner = new AnchorAssigner({
          anchors: golden.anchors_grid_units,
          strides: golden.strides,
          threshold: golden.hyp.anchor_t,
        });
        const [height, width] = golden.image_hw;
        const size = { count: golden.batch, height, width };
        const targets = croppedTargets(assigner.assign(padded(inputs.targets!.data as Float32Array, golden), size));
        const predictions = golden.strides.map((_, level) => {
          const { data, shape } = inputs[`prediction_${level}`]!;
          return tf.tensor(data, shape);
        });
        const options = lossOptions(golden);
        for (const [k, call] of golden.calls.entries()) {
          const raw = predictions.map((prediction) => toAnchorMap(tf.mul(prediction, 1 + 0.1 * k)));
          let parts: tf.Scalar[] = [];
          const { value, grads } = tf.valueAndGrads((...levels: tf.Tensor[]) => {
            const { total, box, obj, cls } = v5DetectionLoss(levels as tf.Tensor4D[], targets, options);
            parts = [box, obj, cls].map((part) => tf.keep(part));
            return total;
          })(raw);
          const numbers = await Promise.all([value, ...parts].map(values));
          expectClose(
            numbers.map(([number]) => number!),
            [call.total, call.box, call.objectness, call.class],
            { rel: 2e-5 },
          );
          const balance = await values(options.balance!.weights());
          expectClose(balance, call.balance_after.slice(0, golden.strides.length), { rel: 2e-6 });
          if (k > 0) continue;
          for (const [level, gradient] of grads.entries()) {
            const actual = await values(fromRaw(gradient, predictions[level]!.shape));
            expect(relativeError(actual, expected[`gradient_${level}`]!.data)).toBeLessThan(1e-4);
          }
        }
      });
    },
  );
}

import {
  askedTestDevice,
  describeGolden,
  expectClose,
  goldenJson,
  goldenTensors,
  usualDevices,
} from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { it } from "vitest";
import { useTestDevice } from "../test-device.ts";
import { evaluateLoss, upload } from "../test-task-case.ts";
import { ClassifyCriterion } from "./classify.ts";

/** Label smoothing, and where its loss and gradient stand. */
interface Case {
  folder: string;
  smoothing: number;
  loss: (settings: { loss: number; loss_by_label_smoothing: Record<string, number> }) => number;
  gradient: string;
}

const cases: Case[] = [
  { folder: "tasks/loss/classify", smoothing: 0, loss: ({ loss }) => loss, gradient: "grad_logits" },
  ...["0.0", "0.1"].map(
    (smoothing): Case => ({
      folder: "tasks/v5/loss_classify",
      smoothing: Number(smoothing),
      loss: ({ loss_by_label_smoothing: losses }) => losses[smoothing]!,
      gradient: `grad_logits.smoothing_${smoothing}`,
    }),
  ),
];

for (const device of usualDevices) {
  for (const { folder, smoothing, loss, gradient } of cases) {
    describeGolden(
      `classification loss on ${askedTestDevice ?? device}, ${folder}, label smoothing ${smoothing}`,
      [`${folder}/inputs.safetensors`],
      () => {
        useTestDevice(device);

        it("is the reference's, and so is its gradient", async () => {
          const { cls, logits } = goldenTensors(`${folder}/inputs.safetensors`);
          const expected = goldenTensors(`${folder}/outputs.safetensors`);
          const [count, classes] = logits!.shape as [number, number];
          const criterion = new ClassifyCriterion({ labelSmoothing: smoothing });
          // An object an image, as the loader pads them.
          const maxTargets = 2;
          const labels = Int32Array.from({ length: count * maxTargets }, (_, i) =>
            i % 2 === 0 ? cls!.data[i / 2]! : 3,
          );
          const targets = { labels, boxes: new Float32Array(count * 8), mask: new Float32Array(count * 2), maxTargets };
          const batch = { count, height: 64, width: 64, images: new Uint8Array(0), targets };
          const tensors = upload<{ labels: tf.Tensor1D }>(criterion.inputs(batch));
          const evaluated = await evaluateLoss(
            { logits: logits! },
            (xs) => [tf.reshape(xs.logits!, [count, 1, 1, classes])],
            (raw) => criterion.loss(raw, tensors),
          );
          expectClose(
            [evaluated.total, ...evaluated.parts],
            Array(2).fill(loss(goldenJson(`${folder}/settings.json`))),
            {
              rel: 1e-5,
            },
          );
          expectClose(evaluated.gradients.logits!, expected[gradient]!.data, { abs: 5e-6, rel: 1e-3 });
        });
      },
    );
  }
}

import { askedTestDevice, describeGolden, expectClose, type GoldenTensor, usualDevices } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import type { TaskAlignedOptions } from "../assigners/task-aligned-assigner.ts";
import { rotatedBoxes } from "../boxes/rotated-boxes.ts";
import type { PaddedTargets } from "../targets.ts";
import { useTestDevice, values } from "../test-device.ts";
import { evaluateLoss, readTaskCase, type TaskCase, toLevels, upload } from "../test-task-case.ts";
import { WatchedAssigner } from "../test-watched-assigner.ts";
import type { V8LossOptions } from "./anchor-free.ts";
import type { Criterion, CriterionLoss, NamedTensors } from "./criterion.ts";
import { ObbCriterion, rotatedDetectionLoss } from "./obb.ts";
import { PoseCriterion, type PoseTargets, poseLoss } from "./pose.ts";
import { SegmentCriterion, type SegmentTargets, segmentLoss } from "./segment.ts";

type Loss = (raw: tf.Tensor4D[], targets: NamedTensors, options: V8LossOptions) => CriterionLoss;

/** How a task takes part: its criterion, its loss with an assigner that is watched, and the tensors of its own channels. */
interface TaskOfCases {
  cases: string[];
  criterion: (model: { strides: number[]; nc: number; regMax: number }) => Criterion;
  loss: Loss;
  own: string;
  assigner?: TaskAlignedOptions;
  /** What the head has, from what the reference differentiates, and the factor of the gradient that follows. */
  angles?: boolean;
}

const tasks: TaskOfCases[] = [
  {
    cases: ["segment_overlap", "segment_separate", "segment_full_size_masks", "segment_empty"],
    criterion: (model) => new SegmentCriterion(model) as Criterion,
    loss(raw, targets, options) {
      const { total, box, seg, cls, dfl } = segmentLoss(raw, targets as SegmentTargets, options);
      return { total, parts: [box, seg, cls, dfl] };
    },
    own: "mask_coefficients",
  },
  {
    cases: ["pose_17x3", "pose_5x2", "pose_5x2_targets_without_visibility", "pose_4x3", "pose_empty"],
    criterion: (model) => new PoseCriterion(model) as Criterion,
    loss(raw, targets, options) {
      const { total, box, pose, kobj, cls, dfl } = poseLoss(raw, targets as PoseTargets, options);
      return { total, parts: [box, pose, kobj, cls, dfl] };
    },
    own: "raw_keypoints",
  },
  {
    cases: ["obb_square", "obb_wide_tiny_boxes", "obb_empty"],
    criterion: (model) => new ObbCriterion(model) as Criterion,
    loss(raw, targets, options) {
      const { total, box, cls, dfl } = rotatedDetectionLoss(raw, targets as PaddedTargets, options);
      return { total, parts: [box, cls, dfl] };
    },
    own: "angle",
    assigner: { boxes: rotatedBoxes },
    angles: true,
  },
];

const small = ["segment_empty", "pose_5x2_targets_without_visibility", "obb_wide_tiny_boxes"];

/** Logits of angles, differentiable; the reference differentiates with respect to the angle. */
const toLogits = (angle: tf.Tensor): tf.Tensor => {
  const p = tf.add(tf.div(angle, Math.PI), 0.25);
  return tf.log(tf.div(p, tf.sub(1, p)));
};

/** What is differentiated: the maps, the task's own channels, prototypes. */
function differentiated({ tensors }: TaskCase, own: string): Record<string, GoldenTensor> {
  const names = ["feats_0", "feats_1", "feats_2", own, ...("prototypes" in tensors ? ["prototypes"] : [])];
  return Object.fromEntries(names.map((name) => [name, tensors[name]!]));
}

/** The reference's object of each foreground anchor: rows that were dropped are not counted there. */
function compactIndex(mask: ArrayLike<number>, maxTargets: number): number[] {
  return Array.from(mask, (_, i) => {
    const first = i - (i % maxTargets);
    return Array.from(mask)
      .slice(first, i)
      .filter((present) => present > 0).length;
  });
}

for (const { cases, criterion: create, loss, own, assigner: options, angles = false } of tasks) {
  // JavaScript is slow: it computes the smallest cases only.
  const devices = (name: string) => (small.includes(name) ? usualDevices : (["cpu"] as const));
  for (const [name, device] of cases.flatMap((name) => devices(name).map((device) => [name, device] as const))) {
    const needs = [`tasks/loss/${name}/inputs.safetensors`];
    describeGolden(`loss ${name} on ${askedTestDevice ?? device} against the reference`, needs, () => {
      useTestDevice(device);

      it("has its parts, gradients and assignment", async () => {
        const one = readTaskCase(name);
        const { settings, expected, batch } = one;
        const criterion = create({ strides: settings.strides, nc: settings.nc, regMax: 16 });
        const inputs = criterion.inputs(batch);
        const assigner = new WatchedAssigner(options);
        const targets = upload(inputs);
        const evaluated = await evaluateLoss(
          differentiated(one, own),
          (xs) => {
            const channels = angles ? toLogits(xs[own]!) : xs[own]!;
            const prototypes = xs.prototypes && tf.transpose<tf.Tensor4D>(xs.prototypes as tf.Tensor4D, [0, 2, 3, 1]);
            return [...toLevels(xs, channels), ...(prototypes === undefined ? [] : [prototypes])];
          },
          (raw) => loss(raw, targets, { strides: settings.strides, nc: settings.nc, assigner }),
        );
        expectClose(evaluated.parts, expected.loss_items!.data, { rel: 1e-5 });
        expectClose([evaluated.total], expected.loss_sum!.data, { rel: 1e-5 });
        for (const [input, gradient] of Object.entries(evaluated.gradients)) {
          const abs = input === "angle" ? 3e-5 : 5e-6;
          expectClose(gradient, expected[`grad_${input}`]!.data, { abs, rel: 1e-3 });
        }
        const { foreground, scores, gtIndex } = assigner.seen!;
        const present = [...(await values(foreground))];
        expect(present).toEqual([...expected.foreground!.data]);
        expectClose(await values(scores), expected.target_scores!.data, { abs: 1e-4 });
        const rows = compactIndex(inputs.mask!.data, batch.targets.maxTargets);
        const anchors = present.length / batch.count;
        const found = [...(await values(gtIndex))].map(
          (row, i) => rows[Math.floor(i / anchors) * batch.targets.maxTargets + row]!,
        );
        const ofForeground = (indices: ArrayLike<number>) => Array.from(indices).filter((_, i) => present[i] === 1);
        expect(ofForeground(found)).toEqual(ofForeground(expected.target_gt_index!.data));
      });
    });
  }
}

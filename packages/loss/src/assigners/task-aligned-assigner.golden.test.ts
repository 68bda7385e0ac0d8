import {
  askedTestDevice,
  describeGolden,
  expectClose,
  goldenTensors,
  type UsualDevice,
  usualDevices,
} from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { readAssignment } from "../test-assignment.ts";
import { useTestDevice, values } from "../test-device.ts";
import { type AssignmentRules, TaskAlignedAssigner } from "./task-aligned-assigner.ts";

/** A case: its folder, and the names of its files. */
interface Case {
  folder: string;
  outputs: string;
  intermediate: string;
  empty: string;
  rules: AssignmentRules;
  devices: readonly UsualDevice[];
}

const files = (branch: string) => ({ outputs: branch, intermediate: `${branch}_intermediate`, empty: "no_targets" });

const cases: Case[] = [
  {
    folder: "v8/assign",
    ...{ outputs: "outputs", intermediate: "intermediate", empty: "outputs_no_targets" },
    rules: {},
    devices: usualDevices,
  },
  ...[
    { folder: "families/assign/strides_8_16_32", minSide: 16 },
    { folder: "families/assign/strides_4_to_32", minSide: 8 },
  ].flatMap(({ folder, minSide }): Case[] => [
    { folder, ...files("one_to_many"), rules: { minSide }, devices: ["cpu"] },
    { folder, ...files("one_to_one"), rules: { minSide, topk: 7, oneToOne: true }, devices: ["javascript"] },
  ]),
];

for (const [one, device] of cases.flatMap((one) => one.devices.map((device) => [one, device] as const))) {
  const { folder, outputs, intermediate, empty, rules } = one;
  const title = `TaskAlignedAssigner on ${askedTestDevice ?? device} against the reference, ${folder}/${outputs}`;
  describeGolden(title, [`${folder}/inputs.safetensors`], () => {
    useTestDevice(device);

    function inputs(isEmpty: boolean): Parameters<TaskAlignedAssigner["assign"]> {
      const golden = goldenTensors(`${folder}/inputs.safetensors`);
      const tensor = (name: string, shape = golden[name]!.shape) => tf.tensor(golden[name]!.data, shape);
      const rows = golden.gt_mask!.shape.slice(0, 2);
      const mask = tensor("gt_mask", rows) as tf.Tensor2D;
      return [
        {
          scores: tensor("pred_scores") as tf.Tensor3D,
          boxes: tensor("pred_boxes_xyxy") as tf.Tensor3D,
          points: tensor("anchor_points") as tf.Tensor2D,
        },
        {
          labels: tf.cast(tensor("gt_labels", rows), "int32") as tf.Tensor2D,
          boxes: tensor("gt_boxes_xyxy") as tf.Tensor3D,
          mask: isEmpty ? tf.zerosLike(mask) : mask,
        },
      ];
    }

    const assign = (isEmpty: boolean) => readAssignment(new TaskAlignedAssigner(rules).assign(...inputs(isEmpty)));

    it("weighs every pair as the reference does", async () => {
      const expected = goldenTensors(`${folder}/${intermediate}.safetensors`);
      const { alignment, overlaps } = new TaskAlignedAssigner(rules).align(...inputs(false));
      expectClose(await values(overlaps), expected.overlaps_ciou_clamped!.data, { abs: 1e-5 });
      expectClose(await values(alignment), expected.align_metric!.data, { abs: 1e-5 });
    });

    it("assigns the same anchors with the same scores", async () => {
      const actual = await assign(false);
      const expected = goldenTensors(`${folder}/${outputs}.safetensors`);
      expect(actual.foreground).toEqual([...expected.foreground!.data]);
      expectClose(actual.scores, expected.target_scores!.data, { abs: 1e-4 });
      const on = (_: number, i: number) => actual.foreground[i] === 1;
      expect(actual.gtIndex.filter(on)).toEqual([...expected.target_gt_index!.data].filter(on));
      expect(actual.labels.filter(on)).toEqual([...expected.target_labels!.data].filter(on));
      const onBoxes = (_: number, i: number) => actual.foreground[Math.floor(i / 4)] === 1;
      expect(actual.boxes.filter(onBoxes)).toEqual([...expected.target_boxes_xyxy!.data].filter(onBoxes));
    });

    it("assigns nothing where there is no object", async () => {
      const actual = await assign(true);
      const expected = goldenTensors(`${folder}/${empty}.safetensors`);
      expect(actual.foreground).toEqual([...expected.foreground!.data]);
      expect(actual.scores).toEqual([...expected.target_scores!.data]);
    });
  });
}

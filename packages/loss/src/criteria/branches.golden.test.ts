import {
  askedTestDevice,
  describeGolden,
  expectClose,
  type GoldenTensor,
  goldenJson,
  goldenTargets,
  goldenTensors,
  type UsualDevice,
  usualDevices,
} from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import type { AssignmentRules } from "../assigners/task-aligned-assigner.ts";
import { useTestDevice, values } from "../test-device.ts";
import { evaluateLoss, upload } from "../test-task-case.ts";
import { WatchedAssigner } from "../test-watched-assigner.ts";
import { branchedCriterion, oneToManyWeight } from "./branches.ts";
import type { Criterion } from "./criterion.ts";
import { V8Criterion } from "./v8-criterion.ts";
import { v8DetectionLoss } from "./v8-detection.ts";

const folder = "families/loss";

/** A branch's maps [B, h, w, 4·regMax + nc], from the reference's rows of all levels [B, channels, A]. */
function toMaps(boxes: tf.Tensor, scores: tf.Tensor, sizes: readonly (readonly [number, number])[]): tf.Tensor4D[] {
  const rows = tf.transpose(tf.concat([boxes, scores], 1), [0, 2, 1]);
  let first = 0;
  return sizes.map(([height, width]) => {
    const level = tf.slice(rows, [0, first, 0], [-1, height * width, -1]);
    first += height * width;
    return tf.reshape(level, [level.shape[0] as number, height, width, -1]) as tf.Tensor4D;
  });
}

/** The detection loss with an assigner that is watched. */
class WatchedCriterion extends V8Criterion {
  readonly assigner: WatchedAssigner;

  constructor(model: ConstructorParameters<typeof V8Criterion>[0], rules: AssignmentRules) {
    super(model, {}, rules);
    this.assigner = new WatchedAssigner(rules);
  }

  override loss(...[raw, targets]: Parameters<V8Criterion["loss"]>): ReturnType<V8Criterion["loss"]> {
    const { total, box, cls, dfl } = v8DetectionLoss(raw, targets, { ...this.options, assigner: this.assigner });
    return { total, parts: [box, cls, dfl] };
  }
}

// JavaScript is slow: it computes one case.
const cases: [name: string, devices: readonly UsualDevice[]][] = [
  ["yolo26_nc3", usualDevices],
  ["yolo26_nc80", ["cpu"]],
  ["yolo26_empty", ["cpu"]],
  ["yolov10_nc3", ["cpu"]],
  ["single_branch_nc3", ["cpu"]],
];

for (const [name, device] of cases.flatMap(([name, devices]) => devices.map((device) => [name, device] as const))) {
  describeGolden(`loss ${name} on ${askedTestDevice ?? device} against the reference`, [`${folder}/${name}`], () => {
    useTestDevice(device);

    it("has its total, parts, gradients and assignment", async () => {
      const settings = goldenJson(`${folder}/${name}/settings.json`);
      const { batch_idx, cls, bboxes, ...outputs } = goldenTensors(`${folder}/${name}/inputs.safetensors`);
      const expected = goldenTensors(`${folder}/${name}/outputs.safetensors`);
      const { strides, nc, reg_max: regMax, shape, batch: count, epoch = 0, epochs = 1 } = settings;
      const [height, width] = shape as [number, number];
      const size = { count, height, width };
      const objects = { images: (batch_idx as GoldenTensor).data, classes: (cls as GoldenTensor).data };
      const targets = goldenTargets({ ...objects, boxes: bboxes as GoldenTensor }, size);
      const branches = settings.end2end ? ["one2many", "one2one"] : ["single"];
      const watched: WatchedCriterion[] = [];
      const create = (rules: AssignmentRules): Criterion<never> => {
        watched.push(new WatchedCriterion({ strides, nc, regMax }, rules));
        return watched.at(-1) as Criterion as Criterion<never>;
      };
      const criterion = branchedCriterion({ strides, head: { branches } }, create, { minAssignedSide: true });
      criterion.startEpoch?.(epoch, epochs);
      const inputs = upload(criterion.inputs({ ...size, images: new Uint8Array(0), targets }));
      const sizes = (strides as number[]).map((stride) => [height / stride, width / stride] as const);
      const { total, parts, gradients } = await evaluateLoss(
        outputs,
        (xs) => branches.flatMap((one) => toMaps(xs[`${one}.boxes`]!, xs[`${one}.scores`]!, sizes)),
        (raw) => criterion.loss(raw, inputs),
      );
      expectClose([total], [settings.loss_sum], { rel: 1e-5 });
      const items = settings.items as string[];
      expect(criterion.parts).toEqual(items);
      expectClose(
        parts,
        items.map((item) => settings.reported_items[`${item}_loss`]),
        { rel: 1e-5 },
      );
      for (const [input, gradient] of Object.entries(gradients)) {
        expectClose(gradient, expected[`grad_${input}`]!.data, { abs: 1e-5, rel: 1e-3 });
      }
      for (const [i, branch] of branches.entries()) {
        const { foreground, scores, gtIndex } = watched[i]!.assigner.seen!;
        const present = [...(await values(foreground))];
        const has = expected[`${branch}.foreground`];
        expect(present).toEqual(has === undefined ? present.map(() => 0) : [...has.data]);
        if (has === undefined) continue;
        expectClose(await values(scores), expected[`${branch}.target_scores`]!.data, { abs: 1e-4 });
        const ofForeground = (indices: ArrayLike<number>) => Array.from(indices).filter((_, k) => present[k] === 1);
        const index = expected[`${branch}.target_gt_index`]!.data;
        expect(ofForeground(await values(gtIndex))).toEqual(ofForeground(index));
      }
    });
  });
}

describeGolden("the weights of two branches", [`${folder}/branch_weights.json`], () => {
  it("fall as the reference's, epoch by epoch", () => {
    const { columns, row, ...runs } = goldenJson(`${folder}/branch_weights.json`);
    expect(Object.keys(runs)).toHaveLength(5);
    for (const [name, weights] of Object.entries<[number, number][]>(runs)) {
      const epochs = Number(name.slice("epochs_".length));
      const ours = weights.flatMap((_, epoch) => {
        const many = oneToManyWeight(epoch, epochs);
        return [many, 1 - many];
      });
      expectClose(ours, weights.flat(), { abs: 1e-15 });
    }
  });
});

import { keypointSigmas } from "@lookonce/geometry";
import {
  askedTestDevice,
  describeGolden,
  expectClose,
  goldenJson,
  goldenTensors,
  usualDevices,
} from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { TaskAlignedAssigner } from "../assigners/task-aligned-assigner.ts";
import { rotatedBoxes } from "../boxes/rotated-boxes.ts";
import { useTestDevice, values } from "../test-device.ts";
import { keypointLoss } from "./keypoints.ts";
import { probiou } from "./probiou.ts";

/** Sines and cosines of graphics cards are less exact: some 1e-4 of an overlap (software adapter: 8e-5). */
const slack = askedTestDevice === "webgpu" ? 20 : 1;

for (const device of usualDevices) {
  const on = `on ${askedTestDevice ?? device} against the reference`;

  describeGolden(`probiou ${on}`, ["tasks/pieces/probiou.safetensors"], () => {
    useTestDevice(device);
    const golden = () => goldenTensors("tasks/pieces/probiou.safetensors");
    const boxes = (name: string) => {
      const { data, shape } = golden()[name]!;
      return tf.tensor2d(data, shape as [number, number]);
    };

    it("compares pairs and all with all", async () => {
      const [a, b] = [boxes("boxes1_xywhr"), boxes("boxes2_xywhr")];
      const pairs = await values(probiou(a, b));
      const { pairwise, matrix_24x20: matrix } = golden();
      // Equal boxes are where rounding shows most.
      expectClose(pairs.subarray(0, 4), pairwise!.data.subarray(0, 4), { abs: 3e-4 });
      expectClose(pairs.subarray(4), pairwise!.data.subarray(4), { abs: 1e-5 * slack });
      const all = probiou(tf.expandDims(tf.slice(a, 0, 24), 1), tf.expandDims(tf.slice(b, 0, 20), 0));
      expect(all.shape).toEqual([24, 20]);
      const found = await values(all);
      const diagonal = (i: number) => Math.floor(i / 20) === i % 20 && i % 20 < 4;
      expectClose(
        found.filter((_, i) => !diagonal(i)),
        matrix!.data.filter((_, i) => !diagonal(i)),
        { abs: 1e-5 * slack },
      );
    });

    it("has its gradient", async () => {
      const [a, b] = ["boxes1_xywhr", "boxes2_xywhr"].map((name) => tf.slice(boxes(name), 8, 40)) as [
        tf.Tensor,
        tf.Tensor,
      ];
      const gradient = tf.grad((x) => tf.sum(tf.sub(1, probiou(x, b))))(a);
      expectClose(await values(gradient), golden().gradient_boxes1_rows8on!.data, {
        abs: 1e-5 * slack,
        rel: 1e-3 * slack,
      });
    });
  });

  describeGolden(`keypointLoss ${on}`, ["tasks/pieces/keypoints.safetensors"], () => {
    useTestDevice(device);

    it.each([17, 4])("has its value and gradient for %i points", async (points) => {
      const golden = goldenTensors("tasks/pieces/keypoints.safetensors");
      const tensor = (name: string) => tf.tensor(golden[`${points}.${name}`]!.data, golden[`${points}.${name}`]!.shape);
      const [gt, predicted] = [tensor("gt"), tf.slice(tensor("pred"), 0, 6)];
      const visible = tf.cast(tf.notEqual(tf.squeeze(tf.slice(gt, [0, 0, 2], [-1, -1, 1]), [2]), 0), "float32");
      const objects = { visible, area: tensor("area"), sigmas: tf.tensor1d(keypointSigmas([points, 3])) };
      const positions = (x: tf.Tensor) => tf.slice(x, [0, 0, 0], [-1, -1, 2]);
      const { value, grad } = tf.valueAndGrad((x) => tf.mean(keypointLoss(positions(x), positions(gt), objects)))(
        predicted,
      );
      expectClose(await values(value), golden[`${points}.loss`]!.data, { rel: 1e-5 });
      expectClose(await values(grad), golden[`${points}.loss_gradient_pred`]!.data, { abs: 1e-5, rel: 1e-4 });
    });
  });

  describeGolden(`TaskAlignedAssigner with rotated boxes ${on}`, ["tasks/pieces/assign/inputs.safetensors"], () => {
    useTestDevice(device);

    it("has its alignment, overlaps and assignment", async () => {
      const folder = "tasks/pieces/assign";
      const settings = goldenJson(`${folder}/settings.json`);
      const inputs = goldenTensors(`${folder}/inputs.safetensors`);
      const inner = goldenTensors(`${folder}/intermediate.safetensors`);
      const expected = goldenTensors(`${folder}/outputs.safetensors`);
      const tensor = <R extends tf.Rank>(name: string, dtype: "float32" | "int32" = "float32") =>
        tf.tensor(inputs[name]!.data, inputs[name]!.shape, dtype) as unknown as tf.Tensor<R>;
      const predictions = {
        scores: tensor<tf.Rank.R3>("pred_scores"),
        boxes: tensor<tf.Rank.R3>("pred_boxes_xywhr"),
        points: tensor<tf.Rank.R2>("anchor_points"),
      };
      const targets = {
        labels: tf.squeeze(tensor("gt_labels", "int32"), [2]) as tf.Tensor2D,
        boxes: tensor<tf.Rank.R3>("gt_boxes_xywhr"),
        mask: tf.squeeze(tensor("gt_mask"), [2]) as tf.Tensor2D,
      };
      const { topk, alpha, beta, eps: epsilon } = settings;
      const assigner = new TaskAlignedAssigner({ topk, alpha, beta, epsilon, boxes: rotatedBoxes });
      const contained = rotatedBoxes.contains(targets.boxes, targets.mask, predictions.points);
      // A point contains everything in the reference; what is padding is left out later there.
      const present = inputs.gt_mask!.data;
      const anchors = predictions.points.shape[0];
      const ofObjects = (all: ArrayLike<number>) =>
        Array.from(all).filter((_, i) => present[Math.floor(i / anchors)] === 1);
      const found = [...(await values(tf.cast(contained, "int32")))];
      expect(ofObjects(found)).toEqual(ofObjects(inner.anchor_in_gt!.data));
      expect(found.reduce((a, b) => a + b)).toBe(ofObjects(found).reduce((a, b) => a + b));
      const { alignment, overlaps } = assigner.align(predictions, targets);
      expectClose(await values(overlaps), inner.overlaps!.data, { abs: 1e-5 * slack });
      expectClose(await values(alignment), inner.align_metric!.data, { abs: 1e-5 * slack, rel: 1e-3 * slack });
      const assigned = assigner.assign(predictions, targets);
      const foreground = [...(await values(assigned.foreground))];
      expect(foreground).toEqual([...expected.foreground!.data]);
      expectClose(await values(assigned.scores), expected.target_scores!.data, { abs: 1e-4 * slack });
      const ofForeground = (all: ArrayLike<number>, columns = 1) =>
        Array.from(all).filter((_, i) => foreground[Math.floor(i / columns)] === 1);
      expect(ofForeground(await values(assigned.gtIndex))).toEqual(ofForeground(expected.target_gt_index!.data));
      expect(ofForeground(await values(assigned.labels))).toEqual(ofForeground(expected.target_labels!.data));
      expect(ofForeground(await values(assigned.boxes), 5)).toEqual(ofForeground(expected.target_boxes_xywhr!.data, 5));
    });
  });
}

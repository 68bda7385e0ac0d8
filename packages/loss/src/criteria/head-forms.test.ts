import { Random } from "@lookonce/random";
import { expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import type { HostTargets } from "../targets.ts";
import { useTestDevice, values } from "../test-device.ts";
import { upload } from "../test-task-case.ts";
import type { Criterion } from "./criterion.ts";
import { ObbCriterion } from "./obb.ts";
import { PoseCriterion } from "./pose.ts";

useTestDevice();

const model = { strides: [8, 16], nc: 2, regMax: 1 };
const size = { count: 1, height: 32, width: 32, images: new Uint8Array(0) };
const targets: HostTargets = {
  labels: Int32Array.from([1, 0]),
  boxes: Float32Array.from([2, 3, 21, 30, 10, 10, 30, 22]),
  mask: Float32Array.from([1, 1]),
  maxTargets: 2,
  keypoints: Float32Array.from([4, 8, 2, 20, 28, 1, 12, 12, 2, 28, 20, 0]),
  rotated: Float32Array.from([12, 16, 18, 26, 0.4, 20, 16, 20, 12, 1.2]),
};

const loss = async (criterion: Criterion, raw: tf.Tensor4D[]): Promise<number[]> => {
  const { total, parts } = criterion.loss(raw, upload(criterion.inputs({ ...size, targets })));
  return (await Promise.all([total, ...parts].map(values))).map(([number]) => number as number);
};

/** Maps with positive distances, and the same with other numbers of the task's own channels. */
function twoForms(own: number, change: (raw: tf.Tensor) => tf.Tensor): [tf.Tensor4D[], tf.Tensor4D[]] {
  const random = new Random(5);
  const maps = model.strides.map((stride) => {
    const shape: [number, number, number, number] = [1, size.height / stride, size.width / stride, 4 + model.nc + own];
    return tf.abs(
      tf.tensor4d(
        Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
        shape,
      ),
    );
  });
  const changed = maps.map((map) => {
    const [common, rest] = tf.split<tf.Tensor>(map, [4 + model.nc, own], 3) as [tf.Tensor, tf.Tensor];
    return tf.concat([common, change(rest)], 3) as tf.Tensor4D;
  });
  return [maps as tf.Tensor4D[], changed];
}

it("reads keypoints as offsets from the cell's center, or as half cells from its corner", async () => {
  const [center, corner] = twoForms(4, (raw) => tf.div(tf.add(raw, 0.5), 2));
  const expected = await loss(new PoseCriterion(model) as Criterion, corner);
  const head = { keypointOffsets: "center" } as const;
  expectClose(await loss(new PoseCriterion({ ...model, head }) as Criterion, center), expected, { rel: 1e-5 });
  expect(expected[2]).toBeGreaterThan(0.1);
});

it("reads angles in radians, or their logits", async () => {
  const [logits, radians] = twoForms(1, (raw) => tf.mul(tf.sub(tf.sigmoid(raw), 0.25), Math.PI));
  const expected = await loss(new ObbCriterion(model) as Criterion, logits);
  const head = { angles: "radians" } as const;
  const criterion = new ObbCriterion({ ...model, head }) as Criterion;
  expectClose(await loss(criterion, radians), expected, { rel: 1e-5 });
  expect(Math.abs((await loss(criterion, logits))[0]! - expected[0]!)).toBeGreaterThan(0.01);
});

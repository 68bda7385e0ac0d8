import { Random } from "@lookonce/random";
import { expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import type { AssignmentRules } from "../assigners/task-aligned-assigner.ts";
import type { HostTargets } from "../targets.ts";
import { useTestDevice, values } from "../test-device.ts";
import { upload } from "../test-task-case.ts";
import { branchedCriterion, DualCriterion } from "./branches.ts";
import type { Criterion, CriterionLoss } from "./criterion.ts";
import { SegmentCriterion } from "./segment.ts";
import { V8Criterion } from "./v8-criterion.ts";

useTestDevice();

const strides = [8, 16];
const [side, nc, count] = [32, 2, 2];
const size = { count, height: side, width: side, images: new Uint8Array(0) };
const dual = { strides, head: { branches: ["one2many", "one2one"] } };
const detector = { strides, nc, regMax: 1 };

const targets: HostTargets = {
  labels: Int32Array.from([1, 0, 1, 0]),
  boxes: Float32Array.from([2, 3, 21, 30, 10, 10, 30, 22, 4, 4, 9, 28, 0, 0, 0, 0]),
  mask: Float32Array.from([1, 1, 1, 0]),
  maxTargets: 2,
  masks: Uint8Array.from({ length: count * 64 }, (_, i) => (i * 7) % 3),
  maskSize: [8, 8],
};

/** Maps of a branch, and of prototypes behind those of both. */
function randomMaps(random: Random, channels: number): tf.Tensor4D[] {
  return strides.map((stride) => {
    const shape: [number, number, number, number] = [count, side / stride, side / stride, channels];
    return tf.tensor4d(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
      shape,
    );
  });
}

const create = (rules: AssignmentRules) => new V8Criterion(detector, {}, rules);

async function numbers({ total, parts }: CriterionLoss): Promise<{ total: number; parts: number[] }> {
  const [sum = 0, ...rest] = (await Promise.all([total, ...parts].map(values))).map(([number]) => number as number);
  return { total: sum, parts: rest };
}

describe("DualCriterion", () => {
  it("weighs both branches by the epoch, and reports the one-to-one branch's parts", async () => {
    const random = new Random(1);
    const [many, one] = [randomMaps(random, 4 + nc), randomMaps(random, 4 + nc)];
    const inputs = upload(create({}).inputs({ ...size, targets })) as Parameters<V8Criterion["loss"]>[1];
    const alone = [
      await numbers(create({ minSide: 16 }).loss(many, inputs)),
      await numbers(create({ topk: 7, oneToOne: true, minSide: 16 }).loss(one, inputs)),
    ] as const;
    const both = branchedCriterion(dual, create, { minAssignedSide: true });
    expect(both.parts).toEqual(["box", "cls", "l1"]);
    for (const [epoch, share] of [
      [0, 0.8],
      [5, 0.45],
      [10, 0.1],
      [11, 0.1],
    ] as const) {
      both.startEpoch?.(epoch, 11);
      const loss = await numbers(both.loss([...many, ...one], upload(both.inputs({ ...size, targets }))));
      expectClose([loss.total], [share * alone[0].total + (1 - share) * alone[1].total], { rel: 1e-6 });
      expectClose(loss.parts, alone[1].parts, { rel: 1e-6 });
    }
  });

  it("has the gradient that differences show, in both branches", async () => {
    const random = new Random(4);
    const maps = [...randomMaps(random, 4 + nc), ...randomMaps(random, 4 + nc)];
    // Without objects: which anchors they get, and CIoU's α, are constants to the gradient, not to differences.
    const both = branchedCriterion(dual, create, { minAssignedSide: true });
    const inputs = upload(both.inputs({ ...size, targets: { ...targets, mask: new Float32Array(4) } }));
    const step = tf.tensor4d(
      Float32Array.from({ length: 48 }, () => 0.02 * random.normal()),
      [count, 2, 2, 4 + nc],
    );
    for (const place of [1, 3]) {
      const at = maps[place] as tf.Tensor4D;
      const f = (x: tf.Tensor) => both.loss(maps.with(place, x as tf.Tensor4D), inputs).total;
      const [[high = 0], [low = 0]] = [await values(f(tf.add(at, step))), await values(f(tf.sub(at, step)))];
      const [along = 0] = await values(tf.sum(tf.mul(tf.grad(f)(at), step)));
      expectClose([2 * along], [high - low], { rel: 1e-2 });
      expect(Math.abs(along)).toBeGreaterThan(0.002);
    }
  });

  it("does not train prototypes by the one-to-one branch, whose rows are its own", async () => {
    const model = { ...detector, regMax: 4 };
    const both = new DualCriterion(2, {
      oneToMany: new SegmentCriterion(model),
      oneToOne: new SegmentCriterion(model, {}, { topk: 7, oneToOne: true }),
    });
    const random = new Random(3);
    const [many, one] = [randomMaps(random, 16 + nc + 3), randomMaps(random, 16 + nc + 3)];
    const prototypes = tf.tensor4d(
      Float32Array.from({ length: count * 64 * 3 }, () => random.normal()),
      [count, 8, 8, 3],
    );
    const inputs = both.inputs({ ...size, targets });
    expect(inputs["oneToOne.labels"]).toBeUndefined();
    const tensors = upload(inputs);
    const slope = (weight: [number, number]) =>
      tf.grad((p) => {
        const branchWeights = tf.tensor1d(weight);
        return both.loss([...many, ...one, p as tf.Tensor4D], { ...tensors, branchWeights }).total;
      })(prototypes);
    expectClose(await values(slope([0, 1])), new Float32Array(count * 64 * 3), { abs: 0 });
    expect(Math.max(...(await values(slope([1, 0]))))).toBeGreaterThan(0.01);
  });

  it("says that a branch is missing", () => {
    const both = branchedCriterion(dual, create, { minAssignedSide: false });
    const inputs = upload(both.inputs({ ...size, targets }));
    expect(() => both.loss(randomMaps(new Random(1), 4 + nc), inputs)).toThrow(/raw has 2 maps, expected 2 of each/);
  });
});

describe("branchedCriterion", () => {
  it("is the branch's own loss, where there is one", () => {
    const seen: AssignmentRules[] = [];
    const watch = (rules: AssignmentRules): Criterion<never> => {
      seen.push(rules);
      return create(rules) as Criterion as Criterion<never>;
    };
    for (const branch of ["one2many", "one2one"]) {
      const model = { strides, head: { branches: [branch] } };
      expect(branchedCriterion(model, watch, { minAssignedSide: branch === "one2many" })).toBeInstanceOf(V8Criterion);
    }
    expect(seen).toEqual([
      { topk: 10, minSide: 16 },
      { topk: 7, oneToOne: true },
    ]);
  });
});

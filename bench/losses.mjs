// Both families' loss and its gradient on random maps, without a network, to see what the loss costs a step.
//
//     npm run build && node bench/losses.mjs [--batch 4] [--imgsz 640] [--objects 8] [--classes 80] [--steps 8]
//
// prints a line of JSON a family: milliseconds to prepare targets on the host, of a step, and of the same step with a
// sum in place of the loss (each a median; the first, which compiles, left out). Maps come out of a convolution of 16
// channels, so that layouts are those of a real head.

import { parseArgs } from "node:util";
import { RecordedStep } from "@lookonce/backend-onnxruntime";
import { padTargets } from "@lookonce/data";
import { setDevice } from "@lookonce/device";
import { V5Criterion, V8Criterion } from "@lookonce/loss";
import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";

const { values } = parseArgs({
  options: {
    batch: { type: "string", default: "4" },
    imgsz: { type: "string", default: "640" },
    objects: { type: "string", default: "8" },
    classes: { type: "string", default: "80" },
    steps: { type: "string", default: "8" },
  },
});
const {
  batch,
  imgsz,
  objects,
  classes: nc,
  steps,
} = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Number(value)]));
const strides = [8, 16, 32];
const rng = new Random(0);

function randomTargets() {
  const images = Array.from({ length: batch }, () => {
    const boxes = new Float32Array(objects * 4);
    for (let i = 0; i < objects; i++) {
      const [width, height] = [rng.uniform(0.02, 0.35) * imgsz, rng.uniform(0.02, 0.35) * imgsz];
      const [x, y] = [rng.uniform(0, imgsz - width), rng.uniform(0, imgsz - height)];
      boxes.set([x, y, x + width, y + height], 4 * i);
    }
    return { boxes, classes: Int32Array.from({ length: objects }, () => rng.integer(0, nc)) };
  });
  return padTargets(images);
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

const sumOf = (raw) => tf.addN(raw.map((map) => tf.sum(tf.square(map))));

/** Milliseconds of preparing and of a step, without the first. */
async function time(criterion, { outputs, evaluate }) {
  const filters = strides.map(() => tf.variable(tf.randomNormal([1, 1, 16, outputs], 0, 0.1, "float32", 1)));
  const step = new RecordedStep(({ maps, targets }) => {
    const { value, grads } = tf.variableGrads(
      () =>
        evaluate(
          maps.map((map, i) => tf.conv2d(map, filters[i], 1, "same")),
          targets,
        ),
      filters,
    );
    return { value, ...Object.fromEntries(filters.map((filter) => [filter.name, grads[filter.name]])) };
  }, filters);
  const maps = strides.map((stride) => {
    const shape = [batch, imgsz / stride, imgsz / stride, 16];
    return { data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.normal()), shape };
  });
  const [prepared, stepped] = [[], []];
  for (let k = 0; k <= steps; k++) {
    const targets = randomTargets();
    const start = performance.now();
    const inputs = criterion.inputs({ targets, count: batch, height: imgsz, width: imgsz });
    const middle = performance.now();
    await step.run({ maps, targets: inputs });
    if (k === 0) continue;
    prepared.push(middle - start);
    stepped.push(performance.now() - middle);
  }
  tf.dispose(filters);
  return { prepare: median(prepared), step: median(stepped) };
}

await setDevice("cpu");
const anchors = [
  [10, 13, 16, 30, 33, 23],
  [30, 61, 62, 45, 59, 119],
  [116, 90, 156, 198, 373, 326],
].map((level, i) => [0, 2, 4].map((at) => [level[at] / strides[i], level[at + 1] / strides[i]]));
const families = {
  v5: {
    criterion: new V5Criterion({ anchors, strides, nc }, { gains: { box: 0.05, cls: 0.5, obj: 1 }, imgsz }),
    outputs: 3 * (5 + nc),
  },
  v8: { criterion: new V8Criterion({ strides, nc, regMax: 16 }), outputs: 64 + nc },
};
for (const [family, { criterion, outputs }] of Object.entries(families)) {
  const full = await time(criterion, { outputs, evaluate: (raw, targets) => criterion.loss(raw, targets).total });
  const base = await time(criterion, { outputs, evaluate: sumOf });
  const rounded = { prepare: full.prepare, step: full.step, withoutLoss: base.step };
  const ms = Object.fromEntries(Object.entries(rounded).map(([key, value]) => [key, Number(value.toFixed(1))]));
  console.log(JSON.stringify({ family, batch, imgsz, objects, nc, ms }));
}

// YOLOv8n with lookonce, to time the same work that bench/pytorch/yolov8n.py does: random weights, random images.
//
//     node bench/yolov8n.mjs --mode train --imgsz 640 --batch 8 --threads 2 --steps 5
//
// prints one line of JSON with the median seconds per step, those of the first one, and the process's memory before the
// first and at most. A training step is what the trainer does for a batch (forward, loss, gradients, SGD with Nesterov
// momentum), without clipping and averaging, which the other side does not do either. An inference step is one image,
// already letterboxed, to decoded boxes; no NMS. Needs `npm run build`.
//
// `--optimizer MuSGD` updates by another optimizer. `--model yolov8s` is for another network, yolov8n-seg for one that learns masks as well; `--objects 16,64,256` draws up to so many boxes an image, one after the other,
// as batches of a training do (default 16: one padding size); `--accumulate` makes every other step one that only
// accumulates gradients.
import { parseArgs } from "node:util";
import { makeRecipe } from "@lookonce/config";
import { padTargets } from "@lookonce/data";
import { setDevice } from "@lookonce/device";
import { createCriterion, familyOf } from "@lookonce/families";
import { Predictor } from "@lookonce/inference";
import { DetectionModel, readModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { groupParameters, groupsOf, makeOptimizer, TrainStep } from "@lookonce/trainer";

const { values } = parseArgs({
  options: {
    mode: { type: "string", default: "train" },
    imgsz: { type: "string", default: "640" },
    batch: { type: "string", default: "8" },
    threads: { type: "string", default: "2" },
    steps: { type: "string", default: "5" },
    warmup: { type: "string", default: "2" },
    device: { type: "string", default: "cpu" },
    model: { type: "string", default: "yolov8n" },
    optimizer: { type: "string", default: "SGD" },
    objects: { type: "string", default: "16" },
    accumulate: { type: "boolean", default: false },
  },
});
const numbers = Object.fromEntries(
  ["imgsz", "batch", "threads", "steps", "warmup"].map((key) => [key, Number(values[key])]),
);

function randomBatch(rng, { imgsz, batch }, objects) {
  const samples = Array.from({ length: batch }, (_, i) => {
    // The first image sets the padding.
    const count = i === 0 ? objects - 1 : rng.integer(3, objects);
    const boxes = new Float32Array(count * 4);
    for (let i = 0; i < count; i++) {
      const [width, height] = [rng.uniform(0.05, 0.45) * imgsz, rng.uniform(0.05, 0.45) * imgsz];
      const [x, y] = [rng.uniform(0, imgsz - width), rng.uniform(0, imgsz - height)];
      boxes.set([x, y, x + width, y + height], i * 4);
    }
    return { boxes, classes: Int32Array.from({ length: count }, () => rng.integer(0, 80)) };
  });
  const images = Uint8Array.from({ length: batch * imgsz * imgsz * 3 }, () => rng.integer(0, 256));
  const targets = padTargets(samples);
  return { images, count: batch, height: imgsz, width: imgsz, targets: { ...targets, ...ellipses(targets, imgsz) } };
}

/** Masks for models that learn them: ellipses in the boxes, at a quarter of the size, as one map an image. */
function ellipses({ boxes, mask, maxTargets }, imgsz) {
  const side = imgsz / 4;
  const masks = new Uint8Array((mask.length / maxTargets) * side * side);
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    const [x1, y1, x2, y2] = boxes.subarray(4 * i, 4 * i + 4).map((value) => value / 4);
    const map = masks.subarray(Math.floor(i / maxTargets) * side * side);
    for (let y = 0; y < side; y++) {
      const down = ((y + 0.5 - (y1 + y2) / 2) / (y2 - y1)) ** 2;
      for (let x = 0; x < side; x++) {
        if (((x + 0.5 - (x1 + x2) / 2) / (x2 - x1)) ** 2 + down < 0.25) map[y * side + x] = (i % maxTargets) + 1;
      }
    }
  }
  return { masks, maskSize: [side, side] };
}

async function trainingStep(model, rng, options) {
  const groups = groupsOf(values.optimizer, familyOf(model.family).groupOrder);
  const optimizer = makeOptimizer(values.optimizer, groupParameters(model, groups), { weightDecay: 5e-4 });
  const { accumulate: accumulates } = values;
  const recipe = makeRecipe(familyOf(model.family));
  const criterion = await createCriterion(model, { recipe, imgsz: options.imgsz });
  const step = new TrainStep(model, { criterion, optimizer, accumulates });
  const batches = values.objects.split(",").map((objects) => randomBatch(rng, options, Number(objects)));
  const settings = { lr: Object.fromEntries(groups.map((group) => [group, 1e-3])), momentum: 0.937 };
  let count = 0;
  return async () => {
    const batch = batches[(accumulates ? count >> 1 : count) % batches.length];
    const optimizerStep = !accumulates || count % 2 === 1;
    count++;
    const start = performance.now();
    const { losses } = await step.run(batch, { ...settings, optimizerStep });
    return { seconds: (performance.now() - start) / 1000, last: Object.values(losses) };
  };
}

async function inferenceStep(model, rng, { imgsz }) {
  const predictor = await Predictor.create({ model: model.eval(), imgsz, threads: numbers.threads });
  const data = Uint8Array.from({ length: imgsz * imgsz * 3 }, () => rng.integer(0, 256));
  return async () => {
    for await (const { speed, boxes } of predictor.predict({ data, width: imgsz, height: imgsz })) {
      return { seconds: speed.inference / 1000, last: boxes.count };
    }
  };
}

await setDevice(values.device, { threads: numbers.threads });
const rng = new Random(0);
const model = new DetectionModel(await readModelConfig(`${values.model}.yaml`), { rng: rng.fork("weights") });
const step = await (values.mode === "train" ? trainingStep : inferenceStep)(model, rng.fork("data"), numbers);
const baseBytes = process.memoryUsage.rss();
const results = [];
for (let i = 0; i < numbers.warmup + numbers.steps; i++) results.push(await step());
const [{ seconds: firstStep }] = results;
const seconds = results
  .slice(numbers.warmup)
  .map((result) => result.seconds)
  .sort((a, b) => a - b);
const middle = seconds.length >> 1;
const median = seconds.length % 2 ? seconds[middle] : (seconds[middle - 1] + seconds[middle]) / 2;
const { mode, device, model: network, optimizer } = values;
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(
  JSON.stringify({
    framework: `lookonce on ${device}`,
    model: network,
    mode,
    optimizer,
    ...numbers,
    secondsPerStep: median,
    fastest: seconds[0],
    firstStep,
    baseBytes,
    peakBytes,
    last: results.at(-1).last,
  }),
);

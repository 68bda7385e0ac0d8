// Does the loader keep a YOLOv8n training from waiting, and how many images a second does it make by itself?
//
//     npm run build && node bench/loader.mjs [--imgsz 640 --batch 8 --workers 1 --steps 12 --images 64 --cache none]
//
// Images are generated shapes, JPEG files of 640 × 480; augmentation is YOLOv8's default (mosaics of four). The machine's
// first two cores are the mark: run it with `taskset -c 0,1` elsewhere. Prints one line of JSON a measurement:
// - `alone`: batches are read and thrown away; images a second of all workers and of one
// - `training`: the trainer's step on every batch; share of the time spent waiting for the loader (without the first batch,
//   which nothing could have been made ahead of), and the step's median seconds beside that on one batch over and over
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hypPresets } from "@lookonce/config";
import { BatchLoader, Dataset, generateShapes } from "@lookonce/data";
import { readImage, resizeBilinear, writeImage } from "@lookonce/image";
import { Random } from "@lookonce/random";

const { values } = parseArgs({
  options: {
    imgsz: { type: "string", default: "640" },
    batch: { type: "string", default: "8" },
    workers: { type: "string", default: "1" },
    steps: { type: "string", default: "12" },
    images: { type: "string", default: "64" },
    threads: { type: "string", default: "2" },
    cache: { type: "string", default: "none" },
    only: { type: "string", default: "alone,training" },
  },
});
const { cache, only, ...texts } = values;
const { imgsz, batch, workers, steps, images, threads } = Object.fromEntries(
  Object.entries(texts).map(([key, text]) => [key, Number(text)]),
);

/** Shapes, stretched to 640 × 480 and saved as JPEG; the labels, being fractions, stay as they are. */
async function writeImages(directory) {
  const shapes = join(directory, "shapes");
  const { yaml } = await generateShapes({ directory: shapes, train: images, val: 1, size: 640, seed: 0 });
  const { names } = await Dataset.open({ yaml, split: "val" });
  await mkdir(join(directory, "labels"));
  const files = await Dataset.open({ yaml, split: "train" });
  for (const [i, { path }] of files.entries.entries()) {
    const image = resizeBilinear(await readImage(path), { width: 640, height: 480 });
    await writeImage(join(directory, "images", `${i}.jpg`), image);
    const label = path.replace(/images([/\\])/, "labels$1").replace(/\.\w+$/, ".txt");
    await writeFile(join(directory, "labels", `${i}.txt`), await readFile(label));
  }
  const own = join(directory, "data.yaml");
  await writeFile(own, `train: images\nval: images\nnames: ${JSON.stringify(names)}\n`);
  return Dataset.open({ yaml: own, split: "train" });
}

function makeLoader(dataset, count) {
  return new BatchLoader(dataset, {
    ...{ batch, imgsz, cache, workers: count, dropLast: true },
    shuffle: new Random(0),
    augment: { family: "v8", hyp: hypPresets.v8 },
  });
}

/** Batches without end, each epoch started before the last one ends. */
async function* endless(loader) {
  for (let epoch = 0; ; epoch++) {
    let left = loader.length;
    for await (const data of loader.batches(epoch)) {
      if (--left === 0) loader.prepare(epoch + 1);
      yield data;
    }
  }
}

async function alone(dataset) {
  const loader = makeLoader(dataset, workers);
  let [count, start] = [-1, 0];
  for await (const data of endless(loader)) {
    // the first batch starts the workers
    if (count < 0) [count, start] = [0, performance.now()];
    else count += data.count;
    if (count >= steps * batch) break;
  }
  const perSecond = count / ((performance.now() - start) / 1000);
  await loader.dispose();
  return { imagesPerSecond: perSecond, perWorker: perSecond / Math.max(1, workers) };
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

async function training(dataset) {
  const { setDevice } = await import("@lookonce/device");
  const { DetectionModel, readModelConfig } = await import("@lookonce/nn");
  const { groupParameters, makeOptimizer, TrainStep } = await import("@lookonce/trainer");
  const { V8Criterion } = await import("@lookonce/loss");
  await setDevice("cpu", { threads });
  const rng = new Random(0).fork("weights");
  const model = new DetectionModel(await readModelConfig("yolov8n.yaml"), { rng, nc: dataset.names.length });
  const optimizer = makeOptimizer("SGD", groupParameters(model), { weightDecay: 5e-4 });
  const step = new TrainStep(model, { criterion: new V8Criterion(model), optimizer });
  const settings = { lr: { bias: 1e-3, weight: 1e-3, norm: 1e-3 }, momentum: 0.937 };
  const timed = async (data) => {
    const start = performance.now();
    await step.run(data, settings);
    return (performance.now() - start) / 1000;
  };
  const loader = makeLoader(dataset, workers);
  const seconds = [];
  let [first, waited, start] = [undefined, 0, 0];
  for await (const data of endless(loader)) {
    if (first === undefined) {
      first = data;
      // compiles the step
      await timed(first);
      [waited, start] = [loader.waited, performance.now()];
    } else seconds.push(await timed(data));
    if (seconds.length >= steps) break;
  }
  const total = (performance.now() - start) / 1000;
  const waiting = loader.waited - waited;
  await loader.dispose();
  const same = [];
  for (let i = 0; i < Math.max(3, steps >> 1); i++) same.push(await timed(first));
  return {
    ...{ shareWaiting: waiting / total, waiting, firstBatch: waited },
    ...{ secondsPerStep: median(seconds), secondsPerStepAlone: median(same) },
    imagesPerSecond: (steps * batch) / total,
  };
}

const directory = await mkdtemp(join(tmpdir(), "lookonce-bench-"));
try {
  const dataset = await writeImages(directory);
  const settings = { imgsz, batch, workers, steps, cache };
  for (const [what, measure] of Object.entries({ alone, training })) {
    if (!only.split(",").includes(what)) continue;
    const result = await measure(dataset);
    const rssBytes = process.resourceUsage().maxRSS * 1024;
    console.log(JSON.stringify({ what, ...settings, ...result, peakBytes: rssBytes }));
  }
} finally {
  await rm(directory, { recursive: true });
}

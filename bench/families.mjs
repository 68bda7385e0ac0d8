// Milliseconds of the families' detectors for an image, without weights or data: the network and what follows, median of passes
// in turn in one run.
//
//     npm run build && node bench/families.mjs [--models yolo26n,yolo11n] [--imgsz 640] [--rounds 5]
//
// Weights are random: an untrained model finds next to nothing, so that suppression costs less than in use.
import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { Predictor } from "@lookonce/inference";
import { DetectionModel, readModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";

const smallest = "yolov5n,yolov8n,yolov9t,yolov10n,yolo11n,yolo12n,yolo26n";
const { values } = parseArgs({
  options: {
    models: { type: "string", default: smallest },
    imgsz: { type: "string", default: "640" },
    rounds: { type: "string", default: "5" },
  },
});
const [imgsz, rounds] = [Number(values.imgsz), Number(values.rounds)];
const image = { width: imgsz, height: imgsz, data: Uint8Array.from({ length: 3 * imgsz * imgsz }, (_, i) => i % 251) };
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** A model's predictors: by its default branch, and without suppression where it has one for that. */
async function contenders(name) {
  const model = new DetectionModel(readModelConfig(name), { rng: new Random(1) }).eval();
  const forms = model.head.branches.length > 1 ? [true, false] : [true];
  return Promise.all(
    forms.map(async (nms) => {
      const predictor = await Predictor.create({ model, imgsz, workers: 0, nms });
      return { name: nms ? name : `${name} nms=false`, predictor, times: [] };
    }),
  );
}

const all = [];
for (const name of values.models.split(",")) all.push(...(await contenders(name)));
for (let round = 0; round <= rounds; round++) {
  for (const { predictor, times } of all) {
    const start = performance.now();
    await predictor.predict(image);
    if (round > 0) times.push(performance.now() - start);
  }
}
console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}, ${imgsz} pixels`);
for (const { name, times, predictor } of all) {
  console.log(`${name.padEnd(22)} ${median(times).toFixed(1).padStart(8)} ms`);
  await predictor.dispose();
}

// Milliseconds of the families' detectors for an image, without weights or data: the network and what follows, median of some
// passes.
//
//     npm run build && node bench/families.mjs [--models yolo26n,yolo11n] [--imgsz 640] [--rounds 5]
//
// Weights are random: an untrained model finds next to nothing, so that suppression costs less than in use.
import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { setDevice } from "@lookonce/device";
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

/** Milliseconds of an image by a model's branch, after a first one, which compiles. One predictor at a time: idle threads spin. */
async function time(model, nms) {
  const predictor = await Predictor.create({ model, imgsz, workers: 0, nms });
  const times = [];
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    await predictor.detect(image);
    if (round > 0) times.push(performance.now() - start);
  }
  await predictor.dispose();
  return median(times);
}

await setDevice("cpu");
console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}, ${imgsz} pixels`);
for (const name of values.models.split(",")) {
  const model = new DetectionModel(readModelConfig(name), { rng: new Random(1) }).eval();
  // By the branch whose duplicates are suppressed, and by the other where there is one.
  for (const nms of model.head.branches.map((branch) => branch === "one2many")) {
    const line = `${name}${nms ? "" : " nms=false"}`.padEnd(22);
    console.log(`${line} ${(await time(model, nms)).toFixed(1).padStart(8)} ms`);
  }
  model.dispose();
}

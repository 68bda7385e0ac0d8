// Fine-tunes yolov8n.pt and yolov5n.pt on the 128 training pictures of coco128, plain and with the default recipe, and
// writes the scores of every epoch on those same pictures as JSON. docs/training.md shows them.
//
//   npm run build && node scripts/learn-coco128.mjs --weights DIR --data coco128.yaml --out FILE [--only yolov8n-plain]
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { progress, YOLO } from "lookonce";

const { values } = parseArgs({
  options: {
    weights: { type: "string", default: "../shared/weights" },
    data: { type: "string", default: "../shared/data/coco128/coco128.yaml" },
    out: { type: "string", default: "runs/learn-coco128.json" },
    only: { type: "string" },
    epochs: { type: "string", default: "10" },
  },
});

/** Every augmentation off, and the settings that the published comparison had. */
const plain = {
  ...{ optimizer: "SGD", lr0: 0.002, lrf: 0.1, warmup_epochs: 0, mosaic: 0, translate: 0, scale: 0 },
  ...{ hsv_h: 0, hsv_s: 0, hsv_v: 0, fliplr: 0 },
};
const cases = ["yolov8n", "yolov5n"].flatMap((model) => [
  { name: `${model}-plain`, model, recipe: plain },
  { name: `${model}-default`, model, recipe: {} },
]);

/** A copy of the data set, since what checking it finds is kept beside the labels, with its training pictures for validation. */
function trainingSplit(place) {
  const copy = join(place, "coco128");
  cpSync(dirname(values.data), copy, { recursive: true });
  const lines = readFileSync(values.data, "utf8").split("\n");
  const train = lines.find((line) => line.startsWith("train:"));
  const file = join(copy, "coco128-train.yaml");
  const changed = lines.map((line) => (line.startsWith("val:") ? train.replace("train:", "val:") : line));
  writeFileSync(file, changed.join("\n"));
  return file;
}

const place = mkdtempSync(join(tmpdir(), "learn-coco128-"));
const data = trainingSplit(place);
const imgsz = 320;
const results = [];
for (const { name, model, recipe } of cases) {
  if (values.only !== undefined && name !== values.only) continue;
  const yolo = await YOLO.load(join(values.weights, `${model}.pt`));
  const before = await yolo.val({ data, imgsz, batch: 16 });
  const scores = [{ epoch: 0, map50: before.map50, map50_95: before.map50_95 }];
  console.log(name, "before", before.map50_95.toFixed(4));
  const onFitEpochEnd = ({ epoch, validation, losses }) => {
    scores.push({ epoch: epoch + 1, map50: validation.map50, map50_95: validation.map50_95, losses });
  };
  const { seconds, directory } = await yolo.train({
    ...{ data, imgsz, batch: 16, epochs: Number(values.epochs), recipe, project: place, name },
    callbacks: [{ onFitEpochEnd }, await progress(process.stderr)],
  });
  console.log(name, "after", scores.at(-1).map50_95.toFixed(4), `${seconds.toFixed(0)} s`, directory);
  results.push({ name, seconds, scores });
  await yolo.dispose();
}
writeFileSync(values.out, `${JSON.stringify(results, null, 1)}\n`);

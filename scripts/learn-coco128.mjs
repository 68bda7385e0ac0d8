// Fine-tunes yolov8n.pt and yolov5n.pt on the 128 training images of coco128, plain and with the default recipe, scores
// every epoch on those same images, and draws the curves to docs/images/learn-coco128.png. docs/training.md shows them.
//
//   npm run build && node scripts/learn-coco128.mjs [--only yolov8n-plain] [--weights DIR] [--data coco128.yaml]
//
// Scores are kept in runs/learn-coco128, so that cases can be run one at a time.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { plotLines, writePlot } from "@lookonce/plots";
import { progress, YOLO } from "lookonce";

const { values } = parseArgs({
  options: {
    weights: { type: "string", default: "../shared/weights" },
    data: { type: "string", default: "../shared/data/coco128/coco128.yaml" },
    only: { type: "string" },
    epochs: { type: "string", default: "10" },
  },
});
const imgsz = 320;
const kept = "runs/learn-coco128";

/** Every augmentation off, and the settings that the reference's run had. */
const plain = {
  ...{ optimizer: "SGD", lr0: 0.002, lrf: 0.1, warmup_epochs: 0, mosaic: 0, translate: 0, scale: 0 },
  ...{ hsv_h: 0, hsv_s: 0, hsv_v: 0, fliplr: 0 },
};
const cases = ["yolov8n", "yolov5n"].flatMap((model) => [
  // New anchors would be one more thing that differs from the checkpoint.
  { name: `${model}-plain`, model, recipe: plain, autoAnchor: false },
  { name: `${model}-default`, model, recipe: {}, autoAnchor: true },
]);

/** A copy of the data set, since what checking it finds is kept beside the labels, validated on what it learns from. */
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

/** Trains one case; scores by epoch, 0 being the model as it came. */
async function learn({ name, model, recipe, autoAnchor }, { data, place }) {
  const yolo = await YOLO.load(join(values.weights, `${model}.pt`));
  const before = await yolo.val({ data, imgsz, batch: 16 });
  const scores = [{ epoch: 0, map50: before.map50, map50_95: before.map50_95 }];
  const onFitEpochEnd = ({ epoch, validation }) => {
    scores.push({ epoch: epoch + 1, map50: validation.map50, map50_95: validation.map50_95 });
  };
  await yolo.train({
    ...{ data, imgsz, batch: 16, epochs: Number(values.epochs), recipe, autoAnchor },
    ...{ project: place, name, plots: false, tensorboard: false },
    callbacks: [{ onFitEpochEnd }, await progress(process.stderr)],
  });
  await yolo.dispose();
  return { name, scores };
}

async function draw(results) {
  const panel = (title, pick) => ({
    ...{ title, xLabel: "epoch", wholeX: true },
    series: results.map(({ name, scores }) => ({
      name: name.replace("-", ", "),
      x: scores.map(({ epoch }) => epoch),
      y: scores.map(pick),
    })),
  });
  const panels = [panel("mAP50-95", ({ map50_95 }) => map50_95), panel("mAP50", ({ map50 }) => map50)];
  const png = await plotLines(panels, { panelWidth: 460 });
  await writePlot(fileURLToPath(new URL("../docs/images/learn-coco128.png", import.meta.url)), png);
}

mkdirSync(kept, { recursive: true });
const place = mkdtempSync(join(tmpdir(), "learn-coco128-"));
const data = trainingSplit(place);
const results = [];
for (const one of cases) {
  const file = join(kept, `${one.name}.json`);
  if (values.only === undefined || values.only === one.name) {
    writeFileSync(file, JSON.stringify(await learn(one, { data, place })));
  }
  if (existsSync(file)) results.push(JSON.parse(readFileSync(file, "utf8")));
}
rmSync(place, { recursive: true });
await draw(results);
console.log("| case | mAP50-95 before | after | mAP50 before | after |\n| --- | --- | --- | --- | --- |");
for (const { name, scores } of results) {
  const [first, last] = [scores[0], scores.at(-1)];
  const cells = [first.map50_95, last.map50_95, first.map50, last.map50].map((score) => score.toFixed(3));
  console.log(`| ${name.replace("-", ", ")} | ${cells.join(" | ")} |`);
}

// Trains a small YOLOv5 on generated shapes with each way of weighing the levels' objectness, and draws the weights over
// epochs to docs/images/level-balance.png. docs/losses.md shows what it prints. About five minutes on two free cores.
//
//     npm run build && node scripts/compare-level-balance.mjs [--epochs 14] [--seed 0]

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BatchLoader, Dataset, generateShapes } from "@lookonce/data";
import { setDevice } from "@lookonce/device";
import { AnchorAssigner, anchorTargetInputs, LevelBalance, scaleV5Gains, v5DetectionLoss } from "@lookonce/loss";
import { DetectionModel, parseModelConfig, readModelConfig } from "@lookonce/nn";
import { plotLines, writePlot } from "@lookonce/plots";
import { Random } from "@lookonce/random";
import { groupParameters, LrScheduler, ModelEMA, makeOptimizer, TrainStep, validate } from "@lookonce/trainer";
import { shapesRecipe } from "@lookonce/yolo/demos";

const { values } = parseArgs({
  options: { epochs: { type: "string", default: "14" }, seed: { type: "string", default: "0" } },
});
const [epochs, seed] = [Number(values.epochs), Number(values.seed)];
const [imgsz, batch] = [160, 8];
const modes = ["fixed", "auto", "learned"];
// Five shapes are quicker found than distinguished: a higher class gain than YOLOv5's 0.5.
const lossGains = { box: 0.05, cls: 4, obj: 1 };

/** YOLOv5 with an eighth of the channels and anchors of the shapes' sizes, 19 to 77 pixels. */
function smallModel(nc) {
  const { source } = readModelConfig("yolov5n.yaml");
  const anchors = [
    [14, 14, 20, 20, 26, 26],
    [28, 28, 36, 36, 46, 46],
    [52, 52, 62, 62, 76, 76],
  ];
  const scaled = { ...source, nc, anchors, scales: { t: [0.33, 0.125, 1024] } };
  const config = parseModelConfig(scaled, { name: "yolov5t-shapes.yaml", scale: "t" });
  return new DetectionModel(config, { rng: new Random(seed).fork("weights") });
}

/** YOLOv5's criterion, with a balance that can be read between epochs. */
function criterionOf(model, balance) {
  const { anchors, strides, nc } = model;
  const assigner = new AnchorAssigner({ anchors, strides });
  const gains = scaleV5Gains(lossGains, { nl: strides.length, nc, imgsz });
  return {
    parts: ["box", "obj", "cls"],
    parameters: balance.parameters,
    state: balance.state,
    inputs: ({ targets, ...size }) => anchorTargetInputs(assigner.assign(targets, size)),
    loss(raw, inputs) {
      const { total, box, obj, cls } = v5DetectionLoss(raw, inputs, { nc, gains, balance });
      return { total, parts: [box, obj, cls] };
    },
    dispose: () => balance.dispose(),
  };
}

async function run(mode, data, valData) {
  const model = smallModel(data.names.length);
  const balance = new LevelBalance({ strides: model.strides, mode });
  const criterion = criterionOf(model, balance);
  const own = [...balance.parameters].map(([name, variable]) => ({ path: `loss.${name}`, group: "norm", variable }));
  const { recipe } = shapesRecipe;
  const optimizer = makeOptimizer("AdamW", [...groupParameters(model), ...own], { weightDecay: recipe.weight_decay });
  const ema = await ModelEMA.of(model, { decay: recipe.ema_decay, tau: recipe.ema_tau });
  const step = new TrainStep(model, { criterion, optimizer, ema, clip: recipe.clip });
  const loader = new BatchLoader(data, { batch, imgsz, shuffle: new Random(seed).fork("order"), workers: 0 });
  const weights = [[...(await balance.weights().data())]];
  const scheduler = new LrScheduler({ ...recipe, epochs, iterations: loader.length, warmsMomentum: false });
  let iteration = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const images of loader.batches(epoch)) {
      await step.run(images, scheduler.lrAt({ epoch, iteration }));
      iteration++;
    }
    weights.push([...(await balance.weights().data())]);
  }
  const { map50, map50_95 } = await validate(ema.model, valData, { imgsz, batch });
  for (const part of [loader, step, optimizer, ema, criterion, model]) await part.dispose?.();
  return { weights, map50, map50_95 };
}

const directory = mkdtempSync(join(tmpdir(), "lookonce-shapes-"));
try {
  await setDevice("cpu");
  const { yaml } = await generateShapes({ directory, train: 320, val: 80, size: imgsz, seed });
  const [data, valData] = [await Dataset.open({ yaml, split: "train" }), await Dataset.open({ yaml, split: "val" })];
  const panels = [];
  for (const mode of modes) {
    const { weights, map50, map50_95 } = await run(mode, data, valData);
    const shown = weights.at(-1).map((weight) => weight.toFixed(3));
    console.log(`| ${mode} | ${shown.join(" | ")} | ${map50.toFixed(3)} | ${map50_95.toFixed(3)} |`);
    panels.push({
      title: `${mode}: mAP50 ${map50.toFixed(3)}`,
      xLabel: "epoch",
      yLabel: "weight",
      yDomain: [0, 5.5],
      wholeX: true,
      series: [8, 16, 32].map((stride, level) => ({
        name: `stride ${stride}`,
        x: weights.map((_, epoch) => epoch),
        y: weights.map((row) => row[level]),
      })),
    });
  }
  const png = await plotLines(panels, { columns: modes.length, panelWidth: 340 });
  await writePlot(fileURLToPath(new URL("../docs/images/level-balance.png", import.meta.url)), png);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

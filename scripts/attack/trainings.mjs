import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { epochsOf } from "../trainings/traces.mjs";
import { describeEnd, expectOrderly, expectRefused, fail } from "./judge.mjs";
import { changeMetadata } from "./target.mjs";

/** Trains, deletes images after the second epoch, and goes on until it ends, or for ten epochs more. */
async function deleteDuring(target, count, epochs) {
  const { folder, yaml, train } = target.data();
  const run = join(folder, "run");
  const images = readdirSync(train)
    .slice(0, count)
    .map((name) => join(train, name));
  let goal = 2;
  const until = () => {
    if (epochsOf(run) < goal) return false;
    if (goal > 2) return true;
    for (const image of images) rmSync(image);
    goal = epochsOf(run) + 10;
    return false;
  };
  const args = [...target.training({ data: yaml, project: folder, name: "run", epochs }), "cache=none"];
  return { images, result: await target.run(args, { until }) };
}

async function manyImagesGone(target) {
  const { images, result } = await deleteDuring(target, 10, 1000);
  expectRefused(result, { names: [/1?\d of the 16 images/, new RegExp(images.join("|"))] });
}

async function oneImageGone(target) {
  const { images, result } = await deleteDuring(target, 1, 10);
  expectOrderly(result, { cpu: 60 });
  if (!result.stderr.includes(images[0])) fail(`the image that is gone is not named: ${describeEnd(result)}`);
  if (!/\b1 training image/.test(result.stderr)) fail(`images that are gone are not counted: ${describeEnd(result)}`);
}

async function oneFolder(target) {
  const { folder, yaml } = target.data();
  const run = join(folder, "run");
  const args = [...target.training({ data: yaml, project: folder, name: "run" }), "exist_ok=true"];
  const first = target.start(args);
  try {
    while (epochsOf(run) === 0) {
      if (first.child.exitCode !== null) fail(`the first training ended: ${describeEnd(await first.ended)}`);
      await sleep(50);
    }
    const other = target.start(args, { until: () => /^\d+\/1000 /m.test(other.stderr()) });
    expectRefused(await other.ended, { names: [String(first.child.pid), /run/] });
    if (first.child.exitCode !== null) fail("the second training ended the first");
  } finally {
    first.child.kill("SIGKILL");
    await first.ended;
  }
}

/** A field of the state with another value, and what must be named where that is not the field. */
const changes = [
  ["progress.epoch", 1e9],
  ["progress.losses", "x"],
  ["progress.lossSums", null],
  ["settings.recipe", null],
  ["settings.freeze", { odd: "x" }],
  ["settings.batch", -7.5],
];

const values = [-7.5, "?", { odd: "x" }, null];

/** More of them, of every type. */
const moreChanges = [
  ...[
    ...["progress", "progress.iteration", "progress.optimizerSteps", "progress.lastOptimizerStep", "progress.seconds"],
    ...[
      "settings",
      "settings.epochs",
      "settings.imgsz",
      "settings.val",
      "settings.rect",
      "settings.nbs",
      "settings.amp",
    ],
    ...["settings.recipe.optimizer", "settings.recipe.lr0", "version"],
  ].flatMap((path) => values.map((value) => [path, value])),
  // JSON's form of a limit that is none is null
  ...[-7.5, "?", { odd: "x" }].map((value) => ["settings.patience", value]),
  ...[-7.5, "?", null].map((value) => ["settings.args", value]),
  // A table it is, but one without a data set
  ["settings.args", { odd: "x" }, "data"],
];

async function changedState(target, all) {
  const original = await target.interrupted();
  for (const [path, value, named] of all) {
    const keys = path.split(".");
    const last = join(original.folder, "run", "weights", `changed-${all.length}.safetensors`);
    changeMetadata(
      original.last,
      (metadata) => {
        const state = JSON.parse(metadata.training);
        const owner = keys.slice(0, -1).reduce((table, key) => table[key], state);
        owner[keys.at(-1)] = value;
        metadata.training = JSON.stringify(state);
      },
      last,
    );
    try {
      expectRefused(await target.resume({ ...original, last }), { names: [last, named ?? keys.at(-1)] });
    } catch (error) {
      fail(`${path} = ${JSON.stringify(value)}: ${error.message}`);
    }
  }
}

async function changedData(target) {
  const interrupted = await target.interrupted();
  const { last, original, folder } = interrupted;
  changeMetadata(last, (metadata) => {
    metadata.training = metadata.training.replaceAll(original, folder);
  });
  for (const name of readdirSync(interrupted.train).slice(0, 6)) rmSync(join(interrupted.train, name));
  expectRefused(await target.resume(interrupted), { names: [/\b6 train images fewer/] });
}

export const trainingAttacks = [
  { row: 3, tried: "10 of 16 images are deleted while a training reads them", attack: manyImagesGone },
  { row: 3, tried: "one of 16 images is deleted while a training reads it", attack: oneImageGone },
  { row: 10, tried: "a second training in the folder of one that is running", attack: oneFolder },
  {
    row: 15,
    tried: `${changes.length} fields of a training's state are changed: resume`,
    attack: (target) => changedState(target, changes),
  },
  {
    ...{ row: 15, tried: `${moreChanges.length} more changes of a training's state: resume`, slow: true },
    attack: (target) => changedState(target, moreChanges),
  },
  { row: 16, tried: "6 of 16 images are removed: resume", attack: changedData },
];

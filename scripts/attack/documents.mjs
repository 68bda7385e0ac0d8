import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processTree } from "../service/processes.mjs";
import { aliasBomb } from "./inputs.mjs";
import { expectOrderly, expectRefused, fail } from "./judge.mjs";

async function manyClasses(target) {
  const { folder } = target.data();
  const file = join(folder, "many.yaml");
  writeFileSync(file, "path: .\ntrain: images/train\nval: images/val\nnc: 2000000000\n");
  expectRefused(await target.run(["data", "check", `data=${file}`]), { names: [file] });
}

async function bombsInDataSets(target) {
  const { folder } = target.data();
  for (const key of ["names", "path", "train", "download"]) {
    const file = join(folder, `${key}.yaml`);
    const keys = { path: ".", train: "images/train", val: "images/val", names: "[a, b, c, d, e]", [key]: "*b8" };
    const lines = Object.entries(keys).map(([name, value]) => `${name}: ${value}`);
    writeFileSync(file, `${aliasBomb()}\n${lines.join("\n")}\n`);
    expectRefused(await target.run(["data", "check", `data=${file}`]), { names: [file] });
  }
}

async function bombsInSettings(target) {
  const folder = target.folder("settings");
  for (const [option, keys] of [
    ["cfg", "model: *b8\nepochs: 1\n"],
    ["hyp", "lr0: *b8\n"],
  ]) {
    const file = join(folder, `${option}.yaml`);
    writeFileSync(file, `${aliasBomb()}\n${keys}`);
    const args = target.training({ project: folder, name: "run", epochs: 1 });
    expectRefused(await target.run([...args, `${option}=${file}`]), { names: [file] });
  }
}

async function bombInRun(target) {
  const runs = target.folder("runs");
  cpSync(join(target.place, "base"), join(runs, "base"), { recursive: true });
  writeFileSync(join(runs, "base", "args.yaml"), `${aliasBomb()}\nmodel: *b8\nepochs: *b7\n`);
  const service = await target.serve([`runs=${runs}`]);
  try {
    const cpu = () => (processTree(service.child.pid) ?? []).reduce((sum, one) => sum + one.cpu, 0);
    const before = cpu();
    const asked = service.ask("/v1/runs/base");
    const { status } = await service.ask("/healthz");
    if (status !== 200) fail(`/healthz: ${status}`);
    const run = await asked;
    if (run.status === 0 || run.status >= 500) fail(`/v1/runs/base: ${run.status} ${run.text.slice(0, 120)}`);
    const spent = cpu() - before;
    if (spent > 3) fail(`one request for a run took ${spent.toFixed(1)} s of processor time`);
    await service.stop();
  } finally {
    await service.abandon();
  }
}

/** Values that replace others in a `model.json`. */
const odd = [7, null, "x", {}, [], true, -1, 1e300];

/** Places in a document, by the keys that lead there: every one, but of lists only their first items. */
function places(value, path = []) {
  if (typeof value !== "object" || value === null) return [path];
  const entries = Object.entries(value).slice(0, Array.isArray(value) ? 2 : undefined);
  return [...(path.length > 0 ? [path] : []), ...entries.flatMap(([key, one]) => places(one, [...path, key]))];
}

async function changedGraphs(target, count) {
  const folder = join(target.folder("tfjs"), "model");
  await target.must(["export", `model=${target.model}`, "format=tfjs", "imgsz=64", `file=${folder}`]);
  const text = readFileSync(join(folder, "model.json"), "utf8");
  const all = places(JSON.parse(text)).filter(([first]) => first !== "userDefinedMetadata");
  const copy = target.folder("changed");
  cpSync(folder, copy, { recursive: true });
  let refused = 0;
  for (let i = 0; i < count; i++) {
    const document = JSON.parse(text);
    const path = all[Math.floor((i * all.length) / count)];
    const owner = path.slice(0, -1).reduce((table, key) => table[key], document);
    const value = odd[i % odd.length];
    owner[path.at(-1)] = value;
    writeFileSync(join(copy, "model.json"), JSON.stringify(document));
    const result = await target.predict(join(copy, "model.json"));
    try {
      expectOrderly(result, { cpu: 20 });
    } catch (error) {
      fail(`${path.join(".")} = ${JSON.stringify(value)}: ${error.message}`);
    }
    if (result.code !== 0) refused++;
  }
  if (refused < count / 3) fail(`only ${refused} of ${count} changes are refused`);
}

export const documentAttacks = [
  { row: 5, tried: "a data set of 2,000,000,000 classes", attack: manyClasses },
  { row: 5, tried: "alias bombs in a data set's names, path, train and download", attack: bombsInDataSets },
  { row: 5, tried: "alias bombs in settings and hyper-parameters", attack: bombsInSettings },
  { row: 5, tried: "an alias bomb in the args.yaml of a run that the service shows", attack: bombInRun },
  {
    row: 13,
    tried: "12 one-value changes of a TensorFlow.js model.json",
    attack: (target) => changedGraphs(target, 12),
  },
  {
    ...{ row: 13, tried: "250 one-value changes of a TensorFlow.js model.json", slow: true },
    attack: (target) => changedGraphs(target, 250),
  },
];

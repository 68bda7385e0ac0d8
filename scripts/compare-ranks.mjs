// Trains under each MPI of this machine with two and four ranks and compares the losses and weights with one rank's at the same global
// batch: with sync_bn=true they are the same within 1e-4. With BatchNorm by rank, which is another computation, both MPIs are compared.
//
//   npm run build && node scripts/compare-ranks.mjs [--ranks 2,4] [--epochs 7]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readSafetensors } from "@lookonce/checkpoint";
import { generateShapes } from "@lookonce/data";
import { cli, trainingArguments } from "./trainings/ranks.mjs";
import { tinyModel } from "./trainings/tiny-model.mjs";

const { values } = parseArgs({
  options: { ranks: { type: "string", default: "2,4" }, epochs: { type: "string", default: "7" } },
});
const bound = 1e-4;
const launchers = ["mpirun.openmpi", "mpirun.mpich"].filter((name) => spawnSync(name, ["--version"]).status === 0);
if (launchers.length === 0) {
  console.log("neither mpirun.openmpi nor mpirun.mpich is installed: nothing is compared");
  process.exit(0);
}
const place = mkdtempSync(join(tmpdir(), "compare-ranks-"));
const { yaml } = await generateShapes({ directory: join(place, "shapes"), train: 24, val: 4, size: 64 });
const model = join(place, "tiny-v8.yaml");
writeFileSync(model, tinyModel);

/** Losses by epoch and weights after a training of a few steps an epoch. */
function train(run, { ranks, launcher, syncBn }) {
  const common = trainingArguments({ model, yaml, place, run, epochs: values.epochs });
  const own = ["batch=8", "nbs=8", "optimizer=SGD", "lr0=0.01", "val=never", `ranks=${ranks}`, `sync_bn=${syncBn}`];
  const env = { ...process.env, ...(launcher && { LOOKONCE_MPIRUN: launcher }) };
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, "train", ...common, ...own], {
    env,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${run} ended with ${status}:\n${stdout}${stderr}`);
  const [head, ...rows] = readFileSync(join(place, run, "results.csv"), "utf8")
    .trimEnd()
    .split("\n");
  const columns = head.split(",").flatMap((name, i) => (/^\s*train\/.*loss/.test(name) ? [i] : []));
  const losses = rows.flatMap((row) => columns.map((i) => Number(row.split(",")[i])));
  if (losses.length === 0) throw new Error(`${run} has no losses: ${head}`);
  return { losses, weights: readSafetensors(join(place, run, "weights/last.safetensors")).tensors };
}

/** The largest difference of losses, relative to the loss, and of weights, relative to the largest of their tensor. */
function difference(one, other) {
  const losses = one.losses.map((loss, i) => Math.abs(loss - other.losses[i]) / Math.max(1, Math.abs(loss)));
  const floats = [...one.weights].filter(([, { data }]) => data instanceof Float32Array);
  const weights = floats.map(([name, { data }]) => {
    const theirs = other.weights.get(name).data;
    let [largest, scale] = [0, 1e-12];
    for (let i = 0; i < data.length; i++) {
      largest = Math.max(largest, Math.abs(data[i] - theirs[i]));
      scale = Math.max(scale, Math.abs(data[i]));
    }
    return largest / Math.max(1, scale);
  });
  return { losses: Math.max(...losses), weights: Math.max(...weights) };
}

let failed = false;
function report(what, { losses, weights }) {
  const isClose = losses <= bound && weights <= bound;
  failed ||= !isClose;
  console.log(
    `${isClose ? "equal " : "DIFFER"}  ${what}: losses ${losses.toExponential(1)}, weights ${weights.toExponential(1)}`,
  );
}

const alone = train("alone", { ranks: 1, syncBn: false });
for (const ranks of values.ranks.split(",")) {
  const runs = launchers.map((launcher) => {
    const synchronized = train(`${launcher}-${ranks}-sync`, { ranks, launcher, syncBn: true });
    report(`${launcher}, ${ranks} ranks, sync_bn=true, with one rank`, difference(alone, synchronized));
    return train(`${launcher}-${ranks}`, { ranks, launcher, syncBn: false });
  });
  if (runs.length === 2) report(`${launchers.join(" and ")}, ${ranks} ranks, BatchNorm by rank`, difference(...runs));
}
if (failed) {
  console.error(`they differ by more than ${bound}; all is in ${place}`);
  process.exit(1);
}
rmSync(place, { recursive: true });

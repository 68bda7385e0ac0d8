// Kills random ranks of a training with SIGKILL at random moments, while `lookonce launch` starts it again each time, and compares
// what it leaves with a launch that nothing happened to: weights byte for byte, and every number of results.csv but the time.
//
//   npm run build && node scripts/kill-ranks.mjs [--kills 20] [--ranks 2] [--epochs 6] [--seed 0] [--mpirun mpirun.mpich]
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generateShapes } from "@lookonce/data";
import { Random } from "@lookonce/random";
import { cli, rankProcesses, trainingArguments } from "./trainings/ranks.mjs";
import { tinyModel } from "./trainings/tiny-model.mjs";
import { epochsOf, traces } from "./trainings/traces.mjs";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "20" },
    ranks: { type: "string", default: "2" },
    epochs: { type: "string", default: "6" },
    seed: { type: "string", default: "0" },
    mpirun: { type: "string" },
  },
});
const place = mkdtempSync(join(tmpdir(), "kill-ranks-"));
const { yaml } = await generateShapes({ directory: join(place, "shapes"), train: 24, val: 6, size: 64 });
const model = join(place, "tiny-v8.yaml");
writeFileSync(model, tinyModel);
const kills = Number(values.kills);
const rng = new Random(Number(values.seed)).fork("kills");

/** Launches a training; `during` may do something to its processes. */
async function launch(run, during = async () => {}) {
  const env = { ...process.env, ...(values.mpirun && { LOOKONCE_MPIRUN: values.mpirun }) };
  const own = ["launch", `ranks=${values.ranks}`, `restarts=${kills}`, "restart_delay=0", "--json", "--", "train"];
  const args = trainingArguments({ model, yaml, place, run, epochs: values.epochs, seed: values.seed });
  const child = spawn(process.execPath, [cli, ...own, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (printed += text));
  let isRunning = true;
  const ended = new Promise((resolve) => child.on("close", resolve));
  const worked = during(child.pid, () => isRunning);
  const code = await ended;
  isRunning = false;
  await worked;
  if (code !== 0) throw new Error(`${run} ended with ${code}; all is in ${place}\n${printed}`);
  return printed;
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let began = performance.now();
await launch("whole");
const duration = performance.now() - began;
console.log(`${values.ranks} ranks, never killed: ${(duration / 1000).toFixed(1)} s`);

let killed = 0;
began = performance.now();
while (killed < kills) {
  const printed = await launch("killed", killRanks);
  const [expected, actual] = ["whole", "killed"].map((run) => traces(join(place, run)));
  if (expected !== actual) {
    console.error(`they differ (both are in ${place}):\nnever killed ${expected}\nkilled ${actual}\n${printed}`);
    process.exit(1);
  }
  console.log("  came to its end, the same");
  rmSync(join(place, "killed"), { recursive: true });
}
const seconds = ((performance.now() - began) / 1000).toFixed(1);
console.log(
  `the same after ${killed} kills of ranks, ${seconds} s: weights byte for byte, every number of results.csv`,
);
rmSync(place, { recursive: true });

/** Kills ranks of a launch, one after another, until it has ended or all kills are done. */
async function killRanks(pid, isRunning) {
  while (killed < kills && isRunning()) {
    // Counted from when all ranks are there, so that kills find their training at any moment, the start included
    while (isRunning() && rankProcesses(pid).length < Number(values.ranks)) await sleep(50);
    const after = rng.uniform(0, 0.5) * duration;
    await sleep(after);
    const ranks = rankProcesses(pid);
    const victim = ranks[rng.integer(0, Math.max(1, ranks.length))];
    if (!isRunning() || victim === undefined) continue;
    try {
      process.kill(victim, "SIGKILL");
    } catch {
      continue;
    }
    console.log(`kill ${++killed} after ${(after / 1000).toFixed(2)} s: ${epochsOf(join(place, "killed"))} epochs`);
    // Until all of this start have ended
    while (isRunning() && rankProcesses(pid).some((rank) => ranks.includes(rank))) await sleep(50);
  }
}

// Kills a training with SIGKILL at random moments, goes on each time, and compares what it leaves with a training that was
// never killed: weights byte for byte, and every number of results.csv but the time.
//
//   npm run build && node scripts/kill-and-resume.mjs [--kills 10] [--epochs 6] [--seed 0] [--model yolov8n.yaml]
//     [--data coco128-seg.yaml] [--imgsz 64] [--batch 4]
//
// Model and data set may be of any task: --model yolov8n-seg.yaml with a data set of outlines.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { generateShapes } from "@lookonce/data";
import { Random } from "@lookonce/random";
import { tinyModel } from "./trainings/tiny-model.mjs";
import { epochsOf, traces } from "./trainings/traces.mjs";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "10" },
    epochs: { type: "string", default: "6" },
    seed: { type: "string", default: "0" },
    model: { type: "string" },
    data: { type: "string" },
    imgsz: { type: "string", default: "64" },
    batch: { type: "string", default: "4" },
  },
});
const cli = fileURLToPath(new URL("../apps/cli/dist/main.js", import.meta.url));
const place = mkdtempSync(join(tmpdir(), "kill-and-resume-"));
const last = (run) => join(place, run, "weights", "last.safetensors");

/** The smallest model, unless another is asked for. */
function modelFile() {
  if (values.model !== undefined) return values.model;
  const file = join(place, "tiny-v8.yaml");
  writeFileSync(file, tinyModel);
  return file;
}

/** Starts or resumes a training; `ended` resolves to its exit code, or the signal that killed it. */
function start(run, data, model) {
  const settings = existsSync(last(run))
    ? [`resume=${last(run)}`]
    : [
        ...[`model=${model}`, `data=${data}`, `epochs=${values.epochs}`],
        ...[`imgsz=${values.imgsz}`, `batch=${values.batch}`, "nbs=12"],
        ...[`project=${place}`, `name=${run}`, "exist_ok", `seed=${values.seed}`, "save_period=2"],
        ...["plots=false", "tensorboard=false"],
      ];
  const child = spawn(process.execPath, [cli, "train", ...settings], { stdio: ["ignore", "ignore", "pipe"] });
  let printed = "";
  child.stderr.on("data", (text) => {
    printed += text;
  });
  const ended = new Promise((resolve) => {
    child.on("close", (code, signal) => resolve({ result: signal ?? code, printed }));
  });
  return { child, ended };
}

const shapes = { directory: join(place, "shapes"), train: 24, val: 6, size: 64 };
const yaml = values.data ?? (await generateShapes(shapes)).yaml;
const model = modelFile();
const began = performance.now();
const whole = await start("whole", yaml, model).ended;
if (whole.result !== 0) throw new Error(whole.printed);
const duration = performance.now() - began;
console.log(`never killed: ${(duration / 1000).toFixed(1)} s`);

const rng = new Random(Number(values.seed)).fork("kills");
for (let kill = 1; kill <= Number(values.kills); ) {
  const after = rng.uniform(0.1, 1) * duration;
  const { child, ended } = start("killed", yaml, model);
  const timer = setTimeout(() => child.kill("SIGKILL"), after);
  const { result, printed } = await ended;
  clearTimeout(timer);
  const epochs = epochsOf(join(place, "killed"));
  if (result === "SIGKILL") {
    console.log(`kill ${kill++} after ${(after / 1000).toFixed(2)} s: ${epochs} epochs in results.csv`);
  } else if (result === 0 || printed.includes("no state of a training")) {
    // It came to its end, this time or just before it was killed last time: compared, then started anew.
    compare();
    console.log("  came to its end, the same; started anew");
    rmSync(join(place, "killed"), { recursive: true });
  } else throw new Error(printed);
}
const rest = await start("killed", yaml, model).ended;
if (rest.result !== 0 && !rest.printed.includes("no state of a training")) throw new Error(rest.printed);
compare();
console.log(`the same after ${values.kills} kills: weights byte for byte, every number of results.csv`);
rmSync(place, { recursive: true });

function compare() {
  const [expected, actual] = ["whole", "killed"].map((run) => traces(join(place, run)));
  if (expected === actual) return;
  console.error(`they differ (both are in ${place}):\nnever killed ${expected}\nkilled ${actual}`);
  process.exit(1);
}

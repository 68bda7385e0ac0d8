// A training as people start it, from the command line to the last checkpoint: `lookonce train` against Ultralytics' `yolo train`,
// in turn. Mosaics, validation after each epoch, one thread or worker that reads images.
//
//     npm run build && node bench/recipe.mjs --model yolov8n.pt --data coco128.yaml [--yolo yolo --rounds 2]
//
// Options of both, with their defaults: --imgsz 320 --batch 16 --epochs 2. --yolo is Ultralytics' command (PyPI's `ultralytics`);
// without it lookonce is timed alone. Paths in the data set's file should be absolute, since both commands run in a temporary folder.
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { timed } from "./timed.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    data: { type: "string" },
    yolo: { type: "string" },
    imgsz: { type: "string", default: "320" },
    batch: { type: "string", default: "16" },
    epochs: { type: "string", default: "2" },
    rounds: { type: "string", default: "2" },
  },
});
const { model, data, yolo, imgsz, batch, epochs, rounds } = values;
if (model === undefined || data === undefined) {
  console.error("node bench/recipe.mjs --model yolov8n.pt --data coco128.yaml [--yolo yolo]");
  process.exit(2);
}

const settings = [
  `model=${resolve(model)}`,
  `data=${resolve(data)}`,
  `imgsz=${imgsz}`,
  `batch=${batch}`,
  `epochs=${epochs}`,
];
const ours = fileURLToPath(new URL("../packages/lookonce/bin/lookonce.js", import.meta.url));
const programs = {
  lookonce: [process.execPath, [ours, "train", ...settings, "workers=1", "plots=false"]],
  ...(yolo && { ultralytics: [yolo, ["train", ...settings, "workers=1", "plots=False", "device=cpu"]] }),
};
const median = (list) => [...list].sort((a, b) => a - b)[(list.length - 1) >> 1];
const folder = mkdtempSync(join(tmpdir(), "lookonce-recipe-"));

function run(name) {
  const [program, args] = programs[name];
  const project = join(folder, name);
  const result = timed(program, [...args, `project=${project}`], { cwd: folder, env: { YOLO_OFFLINE: "true" } });
  rmSync(project, { recursive: true, force: true });
  return result;
}

try {
  const cores = availableParallelism();
  const [{ model: processor }] = cpus();
  console.log(`${processor}, ${cores} cores, Node ${process.versions.node}, load ${loadavg()[0].toFixed(1)}`);
  const results = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let round = 0; round < Number(rounds); round++) {
    const names = Object.keys(programs);
    for (const name of round % 2 ? names.reverse() : names) results[name].push(run(name));
  }
  console.log("| program | seconds | range | processor, s |\n| --- | --- | --- | --- |");
  for (const [name, runs] of Object.entries(results)) {
    const seconds = runs.map((run) => run.seconds);
    const range = `${Math.min(...seconds).toFixed(1)} to ${Math.max(...seconds).toFixed(1)}`;
    console.log(
      `| ${name} | ${median(seconds).toFixed(1)} | ${range} | ${median(runs.map((run) => run.processor)).toFixed(1)} |`,
    );
  }
  if (yolo !== undefined) {
    const ratios = results.lookonce.map((run, i) => run.seconds / results.ultralytics[i].seconds);
    const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
    console.log(`\nlookonce's time of Ultralytics': ${median(ratios).toFixed(2)} (${range}); the mark is 0.7`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

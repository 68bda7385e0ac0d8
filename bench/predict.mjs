// From image files to boxes: lookonce against PyTorch and OpenCV, in turn in one run.
//
//     npm run build && node bench/predict.mjs --model yolov8n.pt --source images [--rounds 3 --passes 3 --workers 2 --yolo yolo]
//
// - `stream`: every image of a folder read, letterboxed, detected, suppressed; images a second of the median pass after a
//   first one, which warms up.
// - `cold`: one image by the command `lookonce predict`, from start to end of the process, drawn and saved, against a Python
//   script that does the same.
// - `command`: the command `lookonce predict` for all images of the folder, from start to end of the process, drawn and saved,
//   against Ultralytics' command (`--yolo`, PyPI's `ultralytics`) with the same settings.
// - `memory`: resident memory while a folder's images are streamed again and again, lookonce alone.
//
// LOOKONCE_PYTHON names the Python that has torch and cv2; `python3` when not set. Without them lookonce is timed alone.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { timed } from "./timed.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    source: { type: "string" },
    image: { type: "string" },
    rounds: { type: "string", default: "3" },
    passes: { type: "string", default: "3" },
    workers: { type: "string" },
    batch: { type: "string", default: "1" },
    only: { type: "string", default: "stream,cold,command" },
    images: { type: "string", default: "10000" },
    run: { type: "string" },
    yolo: { type: "string" },
  },
});
const { model, source, image, rounds, passes, workers, batch, only, yolo } = values;
if (model === undefined || source === undefined) {
  console.error("node bench/predict.mjs --model yolov8n.pt --source a folder of images");
  process.exit(2);
}
const python = process.env.LOOKONCE_PYTHON ?? "python3";
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** This process's part: images a second through the façade. */
async function stream() {
  const { YOLO } = await import("lookonce");
  const yolo = await YOLO.load(model);
  const options = { batch: Number(batch), ...(workers === undefined ? {} : { workers: Number(workers) }) };
  const seconds = [];
  let [images, found] = [0, 0];
  for (let pass = 0; pass <= Number(passes); pass++) {
    [images, found] = [0, 0];
    const start = performance.now();
    for await (const { boxes } of yolo.stream(source, options)) {
      images++;
      found += boxes.count ?? boxes.length;
    }
    seconds.push((performance.now() - start) / 1000);
  }
  await yolo.dispose();
  const middle = median(seconds.slice(1));
  return { images, found, imagesPerSecond: images / middle, firstPassSeconds: seconds[0] };
}

/** Resident memory after 1,000 images and at the end. */
async function memory() {
  const { YOLO } = await import("lookonce");
  const yolo = await YOLO.load(model);
  const files = readdirSync(source).map((name) => join(source, name));
  const total = Number(values.images);
  async function* endless() {
    for (let i = 0; i < total; i++) yield files[i % files.length];
  }
  const [marks, megabytes] = [[], () => Math.round(process.memoryUsage().rss / 2 ** 20)];
  let seen = 0;
  for await (const _ of yolo.stream(endless(), { imgsz: 160 })) {
    if (++seen % 1000 === 0) marks.push(megabytes());
  }
  await yolo.dispose();
  return { images: seen, megabytesEvery1000: marks };
}

function ownProcess(what) {
  const args = process.argv.slice(2).concat("--run", what);
  const output = execFileSync(process.execPath, [here("predict.mjs"), ...args], { encoding: "utf8" });
  return JSON.parse(output.trim().split("\n").at(-1));
}

async function prepareWeights(folder) {
  if (spawnSync(python, ["-c", "import torch, cv2"], { stdio: "ignore" }).status !== 0) return undefined;
  const { readCheckpoint, writeSafetensors } = await import("@lookonce/checkpoint");
  const { tensors } = readCheckpoint(model);
  writeSafetensors(join(folder, "weights.safetensors"), tensors);
  const own = join(folder, "weights.pt");
  execFileSync(python, [
    here("pytorch/predict.py"),
    "--weights",
    join(folder, "weights.safetensors"),
    "--prepare",
    own,
  ]);
  return own;
}

function line(name, ours, theirs, ratio, mark) {
  const show = (list) => (list.length === 0 ? "–" : median(list).toFixed(2));
  const range = ratio.length === 0 ? "–" : `${Math.min(...ratio).toFixed(2)} to ${Math.max(...ratio).toFixed(2)}`;
  console.log(`| ${name} | ${show(ours)} | ${show(theirs)} | ${show(ratio)} | ${range} | ${mark} |`);
}

/** Both commands for the whole folder. */
function compareCommands(folder, command) {
  const settings = ["predict", `model=${resolve(model)}`, `source=${resolve(source)}`, "imgsz=640", "device=cpu"];
  const options = { cwd: folder, env: { YOLO_OFFLINE: "true" } };
  const [ours, theirs] = [[], []];
  for (let i = 0; i < Number(rounds); i++) {
    ours.push(timed(process.execPath, [command, ...settings, "save=true", `project=${join(folder, "ours")}`], options));
    theirs.push(timed(yolo, [...settings, "save=True", `project=${join(folder, "theirs")}`], options));
  }
  for (const what of ["seconds", "processor"]) {
    const [a, b] = [ours, theirs].map((runs) => runs.map((run) => run[what]));
    const name = what === "seconds" ? "seconds" : "seconds of the processor";
    const all = `${readdirSync(source).length} images by Ultralytics' command, ${name}`;
    line(
      all,
      a,
      b,
      b.map((time, i) => time / a[i]),
      3,
    );
  }
}

async function compare(folder) {
  const weights = await prepareWeights(folder);
  const threads = String(availableParallelism());
  const load = () => loadavg()[0].toFixed(1);
  console.log(
    `${cpus()[0].model}, ${threads} cores, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}, load ${load()}`,
  );
  if (weights === undefined) console.log(`"${python}" has no torch and cv2: no ratios (set LOOKONCE_PYTHON).`);
  console.log("| work | lookonce | PyTorch | ratio | range | mark |\n| --- | --- | --- | --- | --- | --- |");
  if (only.includes("stream")) {
    const [ours, theirs] = [[], []];
    for (let i = 0; i < Number(rounds); i++) {
      ours.push(ownProcess("stream").imagesPerSecond);
      if (weights === undefined) continue;
      const args = ["--weights", weights, "--source", source, "--passes", passes, "--threads", threads];
      const output = execFileSync(python, [here("pytorch/predict.py"), ...args], { encoding: "utf8" });
      theirs.push(JSON.parse(output).imagesPerSecond);
    }
    line(
      "images a second, file to boxes",
      ours,
      theirs,
      theirs.map((speed, i) => ours[i] / speed),
      2,
    );
  }
  const command = here("../packages/lookonce/bin/lookonce.js");
  if (only.includes("cold")) {
    const one = resolve(image ?? join(source, readdirSync(source)[0]));
    const args = ["--weights", weights, "--source", one, "--save", join(folder, "drawn.jpg")];
    const [ours, theirs] = [[], []];
    for (let i = 0; i < 2 * Number(rounds) + 1; i++) {
      const predict = [command, "predict", `model=${resolve(model)}`, `source=${one}`];
      ours.push(timed(process.execPath, predict, { cwd: folder }).seconds);
      if (weights !== undefined)
        theirs.push(timed(python, [here("pytorch/predict.py"), ...args], { cwd: folder }).seconds);
    }
    line(
      "one image, cold, seconds",
      ours,
      theirs,
      theirs.map((seconds, i) => seconds / ours[i]),
      4,
    );
  }
  if (only.includes("command") && yolo !== undefined) compareCommands(folder, command);
  if (only.includes("memory")) console.log(JSON.stringify(ownProcess("memory")));
  console.log(`load at the end ${load()}`);
}

if (values.run !== undefined) {
  console.log(JSON.stringify(await { stream, memory }[values.run]()));
} else {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-bench-"));
  try {
    await compare(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

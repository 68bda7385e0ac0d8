// Times lookonce against PyTorch in one run, turn by turn, and prints their ratio; without PyTorch, lookonce alone.
//
//     npm run build && node bench/compare.mjs [--rounds 5] [--only train-320,infer-640]
//
// LOOKONCE_PYTHON names the Python that has torch; `python3` when not set.
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    only: { type: "string" },
    threads: { type: "string", default: "2" },
  },
});
const work = {
  "train-640": { mode: "train", imgsz: 640, batch: 8, steps: 3, mark: 0.9 },
  "train-320": { mode: "train", imgsz: 320, batch: 16, steps: 4, mark: 0.9 },
  "train-320-seg": { mode: "train", imgsz: 320, batch: 16, steps: 4, mark: 1, model: "yolov8n-seg" },
  "infer-640": { mode: "infer", imgsz: 640, batch: 1, steps: 30, mark: 0.7 },
};
const python = process.env.LOOKONCE_PYTHON ?? "python3";
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

function time(program, script, { mode, imgsz, batch, steps }, more = {}) {
  const common = { mode, imgsz, batch, steps, threads: values.threads, warmup: mode === "train" ? 2 : 5 };
  const args = Object.entries({ ...common, ...more }).flatMap(([key, value]) => [`--${key}`, String(value)]);
  const output = execFileSync(program, [here(script), ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output.trim().split("\n").at(-1));
}

function hasTorch() {
  try {
    execFileSync(python, ["-c", "import torch"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const withTorch = hasTorch();
console.log(
  `${cpus()[0].model}, ${values.threads} threads, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`,
);
if (!withTorch) console.log(`PyTorch is not installed for "${python}": no ratios (set LOOKONCE_PYTHON).`);
console.log(
  "| work | lookonce, s | PyTorch, s | ratio (median of rounds) | range | mark |\n| --- | --- | --- | --- | --- | --- |",
);
for (const name of values.only?.split(",") ?? Object.keys(work)) {
  const rounds = [];
  for (let i = 0; i < Number(values.rounds); i++) {
    const { model = "yolov8n" } = work[name];
    const ours = time(process.execPath, "yolov8n.mjs", work[name], { model });
    const theirs = withTorch ? time(python, `pytorch/${model}.py`, work[name]) : undefined;
    rounds.push({ ours: ours.secondsPerStep, theirs: theirs?.secondsPerStep });
  }
  const ours = median(rounds.map((round) => round.ours)).toFixed(4);
  if (withTorch) {
    const ratios = rounds.map((round) => round.ours / round.theirs);
    const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
    const theirs = median(rounds.map((round) => round.theirs)).toFixed(4);
    console.log(
      `| ${name}, batch ${work[name].batch} | ${ours} | ${theirs} | ${median(ratios).toFixed(2)} | ${range} | ${work[name].mark} |`,
    );
  } else console.log(`| ${name}, batch ${work[name].batch} | ${ours} | – | – | – | ${work[name].mark} |`);
}

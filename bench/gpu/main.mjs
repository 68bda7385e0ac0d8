// Compares a GPU with this machine's processor and with PyTorch on the same GPU; see pack.mjs and run.sh.
//
// Each item runs in a process of its own with a time limit, and what is there is written after each: a driver that hangs or
// crashes costs that item alone. The processor's side of the comparison runs from the same weights, which are drawn here.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { RecordedStep } from "@lookonce/backend-onnxruntime";
import { setDevice } from "@lookonce/device";
import { V8Criterion } from "@lookonce/loss";
import { DetectionModel, readModelConfig, stateDict } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { groupParameters, makeOptimizer, TrainStep } from "@lookonce/trainer";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    minutes: { type: "string", default: "8" },
    out: { type: "string", default: "results.json" },
    device: { type: "string", default: "webgpu" },
    "python-script": { type: "string" },
    item: { type: "string" },
  },
});
const deadline = performance.now() + Number(values.minutes) * 60_000;
const python = process.env.LOOKONCE_PYTHON ?? "python3";

/** What is timed: the full sizes, and those for a renderer in software. */
const work = values.quick
  ? [
      { mode: "train", imgsz: 64, batch: 2, steps: 1 },
      { mode: "infer", imgsz: 64, batch: 1, steps: 1 },
    ]
  : [
      { mode: "train", imgsz: 320, batch: 16, steps: 10 },
      { mode: "train", imgsz: 640, batch: 8, steps: 10 },
      { mode: "train", imgsz: 640, batch: 32, steps: 5 },
      { mode: "infer", imgsz: 640, batch: 1, steps: 50 },
      { mode: "infer", imgsz: 640, batch: 16, steps: 20 },
    ];
/** Largest differences from the processor's results: absolute where results are small, relative where they are large. */
const tolerances = { decoded: 1e-3, losses: 1e-3, weights: 1e-4 };

if (values.item === undefined) await main();
else console.log(JSON.stringify(await runItem(JSON.parse(values.item))));

async function main() {
  const gpu = spawnSync("nvidia-smi", ["--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"], {
    encoding: "utf8",
  });
  const machine = {
    date: new Date().toISOString(),
    cpu: `${cpus()[0]?.model}, ${cpus().length} threads`,
    gpu: gpu.status === 0 ? gpu.stdout.trim() : "not known to nvidia-smi",
    node: process.versions.node,
    torch: torchVersion(),
  };
  console.log(
    Object.entries(machine)
      .map(([key, value]) => `${key}: ${value ?? "none"}`)
      .join("\n"),
  );
  const results = { machine, correctness: undefined, speed: [] };
  const save = () => writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`);
  const sizes = values.quick ? { imgsz: 64, batch: 2 } : { imgsz: 320, batch: 4 };
  const [expected, ours] = ["cpu", values.device].map((device) => runLookonce({ mode: "check", device, ...sizes }));
  results.correctness = compare(expected, ours);
  save();
  console.log(`\ncorrectness of ${values.device} against cpu: ${JSON.stringify(results.correctness)}`);
  console.log("\n| work | lookonce, s | first step, s | PyTorch, s | ratio |\n| --- | --- | --- | --- | --- |");
  for (const item of work) {
    const here = runLookonce({ ...item, device: values.device });
    const there = machine.torch === undefined ? {} : torch(item);
    results.speed.push({ ...item, lookonce: here, pytorch: there });
    save();
    const ratio = here.seconds / there.seconds;
    const cells = [here.seconds, here.firstStep, there.seconds].map((value) => value?.toFixed(4) ?? "–");
    const remark = here.error ?? there.error;
    const name = `${item.mode}, ${item.imgsz}, batch ${item.batch}${remark === undefined ? "" : ` (${remark})`}`;
    console.log(`| ${name} | ${cells.join(" | ")} | ${Number.isFinite(ratio) ? ratio.toFixed(2) : "–"} |`);
  }
  console.log(`\nresults: ${values.out}`);
  const isWrong = !results.correctness.passed || results.speed.some(({ lookonce }) => lookonce.error !== undefined);
  process.exitCode = isWrong ? 1 : 0;
}

/** Runs an item in a process of its own: its result, or why there is none. */
function runLookonce(item) {
  return inProcess(process.execPath, [fileURLToPath(import.meta.url), "--item", JSON.stringify(item)]);
}

function torch({ mode, imgsz, batch, steps }) {
  const args = { mode, imgsz, batch, steps, warmup: 3, threads: cpus().length, device: values.quick ? "cpu" : "cuda" };
  const flags = Object.entries(args).flatMap(([key, value]) => [`--${key}`, String(value)]);
  const { secondsPerStep: seconds, error } = inProcess(python, [values["python-script"], ...flags]);
  return { seconds, error };
}

function torchVersion() {
  const { status, stdout } = spawnSync(python, ["-c", "import torch; print(torch.__version__)"], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

function inProcess(program, args) {
  // No item may use more than half of what is left.
  const timeout = Math.max(1, Math.round((deadline - performance.now()) / 2));
  const { status, signal, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    timeout,
    maxBuffer: 2 ** 28,
  });
  if (signal === "SIGTERM") return { error: `not done after ${(timeout / 1000).toFixed(0)} s` };
  if (status !== 0) {
    const reason = /^.*Error\b.*$/m.exec(stderr)?.[0] ?? stderr.trim().split("\n").at(-1);
    return { error: `ended with ${signal ?? status}: ${reason.slice(0, 400)}` };
  }
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

async function runItem({ mode, device, imgsz, batch, steps }) {
  await setDevice(device);
  const rng = new Random(0);
  const model = new DetectionModel(readModelConfig("yolov8n.yaml"), { rng: rng.fork("weights") });
  const images = noise(rng.fork("images"), { imgsz, batch });
  if (mode === "infer") return time(inference(model, images), steps);
  const train = training(model, { rng: rng.fork("targets"), images });
  if (mode === "train") return time(train, steps);
  const decoded = await inference(model, images)();
  const losses = [];
  for (let i = 0; i < 3; i++) losses.push(...(await train()));
  const weights = [...(await stateDict(model)).values()].flatMap(({ data }) => sample(data));
  return { decoded: sample(decoded, 1000), losses, weights };
}

function noise(rng, { imgsz, batch }) {
  const bytes = Uint8Array.from({ length: batch * imgsz * imgsz * 3 }, () => rng.integer(0, 256));
  return { images: bytes, count: batch, height: imgsz, width: imgsz };
}

/** Forward to decoded boxes, read by the host. */
function inference(model, { images, count, height, width }) {
  const step = new RecordedStep(
    ({ x }) => ({ decoded: model.forward(x).decoded }),
    [...model.namedVariables().values()],
  );
  const x = { data: Float32Array.from(images, (byte) => byte / 255), shape: [count, height, width, 3] };
  return async () => {
    model.eval();
    return (await step.run({ x })).decoded;
  };
}

/** A step of the trainer, from bytes to losses that the host has read. */
function training(model, { rng, images }) {
  const { count, width: imgsz } = images;
  const maxTargets = 16;
  const targets = {
    labels: Int32Array.from({ length: count * maxTargets }, () => rng.integer(0, 80)),
    boxes: new Float32Array(count * maxTargets * 4),
    mask: new Float32Array(count * maxTargets).fill(1),
    maxTargets,
  };
  for (let i = 0; i < count * maxTargets; i++) {
    const [w, h] = [rng.uniform(0.1, 0.5) * imgsz, rng.uniform(0.1, 0.5) * imgsz];
    const [x, y] = [rng.uniform(0, imgsz - w), rng.uniform(0, imgsz - h)];
    targets.boxes.set([x, y, x + w, y + h], i * 4);
  }
  const optimizer = makeOptimizer("SGD", groupParameters(model), { weightDecay: 5e-4 });
  const step = new TrainStep(model, { criterion: new V8Criterion(model), optimizer });
  const settings = { lr: { bias: 1e-4, weight: 1e-4, norm: 1e-4 }, momentum: 0.9 };
  return async () => {
    const { losses, gradientNorm } = await step.run({ ...images, targets }, settings);
    return [...Object.values(losses), gradientNorm];
  };
}

/** Median seconds of a step after two, and those of the first one. */
async function time(step, steps) {
  const seconds = [];
  for (let i = 0; i < steps + 2; i++) {
    const start = performance.now();
    await step();
    seconds.push((performance.now() - start) / 1000);
  }
  const [firstStep, , ...rest] = seconds;
  rest.sort((a, b) => a - b);
  return { seconds: rest[rest.length >> 1], firstStep };
}

/** At most so many elements of an array, evenly spread. */
function sample(data, most = 20) {
  const stride = Math.max(1, Math.floor(data.length / most));
  return Array.from({ length: Math.min(most, data.length) }, (_, i) => data[i * stride]);
}

/** Largest differences from what the processor computes, each relative to values above 1. */
function compare(expected, ours) {
  const error = expected.error ?? ours.error;
  if (error !== undefined) return { passed: false, error };
  const differences = Object.entries(tolerances).map(([what, tolerance]) => {
    const each = expected[what].map((value, i) => Math.abs(value - ours[what][i]) / Math.max(1, Math.abs(value)));
    // NaN is no small difference.
    const largest = each.every(Number.isFinite) ? Math.max(...each) : Number.POSITIVE_INFINITY;
    return [what, { largest, tolerance, passed: largest <= tolerance }];
  });
  return { passed: differences.every(([, { passed }]) => passed), ...Object.fromEntries(differences) };
}

// A training step on several ranks, each of one thread, beside one rank of as many threads, at the same batch of all.
//
//     npm run build && node bench/ranks.mjs [--ranks 2] [--imgsz 320] [--batch 16] [--steps 5] [--rounds 3]
//
// starts the ranks by mpirun and prints, in one run, turn by turn: images a second of one rank, of several, with gradients in
// half precision (--half) and with synchronized normalizations (--sync), their ratio to one rank, and the share of the time
// that ranks spent in sums (moving data, and waiting for each other). Random weights, images and boxes; YOLOv8n with SGD, clipping
// and averaging, as a training has them.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeRecipe } from "@lookonce/config";
import { padTargets } from "@lookonce/data";
import { setDevice } from "@lookonce/device";
import { connectIfLaunched } from "@lookonce/distributed";
import { createCriterion, familyOf } from "@lookonce/families";
import { DetectionModel, readModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { groupParameters, groupsOf, ModelEMA, makeOptimizer, TrainStep } from "@lookonce/trainer";

const { values } = parseArgs({
  options: {
    ranks: { type: "string", default: "2" },
    model: { type: "string", default: "yolov8n" },
    imgsz: { type: "string", default: "320" },
    batch: { type: "string", default: "16" },
    steps: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
    half: { type: "boolean", default: false },
    sync: { type: "boolean", default: false },
    threads: { type: "string" },
  },
});
const [ranks, imgsz, batch, steps, rounds] = ["ranks", "imgsz", "batch", "steps", "rounds"].map((key) =>
  Number(values[key]),
);

/** Noise with 3 to 15 boxes an image. */
function randomBatch(rng, count) {
  const samples = Array.from({ length: count }, () => {
    const classes = Int32Array.from({ length: rng.integer(3, 16) }, () => rng.integer(0, 80));
    const boxes = Float32Array.from(classes, () => 0);
    const rows = Array.from(boxes, () => {
      const side = rng.uniform(0.05, 0.45) * imgsz;
      const [x, y] = [rng.uniform(0, imgsz - side), rng.uniform(0, imgsz - side)];
      return [x, y, x + side, y + side];
    });
    return { classes, boxes: Float32Array.from(rows.flat()) };
  });
  const images = Uint8Array.from({ length: count * imgsz * imgsz * 3 }, () => rng.integer(0, 256));
  return { images, count, height: imgsz, width: imgsz, targets: padTargets(samples) };
}

/** Trains, as one rank or one of several, and prints seconds a step and in sums a step. */
async function measure(threads) {
  await setDevice("cpu", { threads });
  const communicator = await connectIfLaunched({ timeout: 120 });
  const { rank = 0, size = 1 } = communicator ?? {};
  const model = new DetectionModel(await readModelConfig(`${values.model}.yaml`), { rng: new Random(1) });
  const family = familyOf(model.family);
  const criterion = await createCriterion(model, { recipe: makeRecipe(family, {}, model.task), imgsz });
  const groups = groupsOf("SGD", family.groupOrder);
  const optimizer = makeOptimizer("SGD", groupParameters(model, groups), { weightDecay: 5e-4 });
  const shared = communicator && { communicator, syncBn: values.sync, halfGradients: values.half };
  const step = new TrainStep(model, { criterion, optimizer, ema: await ModelEMA.of(model), clip: 10, ...shared });
  const own = randomBatch(new Random(2).fork("rank", rank), batch / size);
  const lr = Object.fromEntries(groups.map((group) => [group, 1e-4]));
  const settings = { lr, momentum: 0.9 };
  for (let i = 0; i < 2; i++) await step.run(own, settings);
  await communicator?.barrier();
  const [start, before] = [performance.now(), communicator?.seconds ?? 0];
  for (let i = 0; i < steps; i++) await step.run(own, settings);
  const seconds = (performance.now() - start) / 1000 / steps;
  const inSums = ((communicator?.seconds ?? 0) - before) / steps;
  if (rank === 0) console.log(JSON.stringify({ seconds, inSums, bytes: process.resourceUsage().maxRSS * 1024 }));
  await communicator?.close();
}

function start(kind) {
  const script = fileURLToPath(import.meta.url);
  const { count, flags = [] } = kinds[kind];
  const own = ["imgsz", "batch", "steps", "model"].flatMap((key) => [`--${key}`, values[key]]);
  const program = [process.execPath, script, "--threads", `${ranks / count}`, ...own, ...flags];
  const launcher = [
    "mpirun",
    "-n",
    `${count}`,
    ...(process.getuid?.() === 0 ? ["--allow-run-as-root"] : []),
    "--oversubscribe",
  ];
  const [command, ...args] = count === 1 ? program : [...launcher, ...program];
  const output = execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(output.trim().split("\n").at(-1));
}

const kinds = {
  "one rank": { count: 1 },
  [`${ranks} ranks`]: { count: ranks },
  ...(values.half && { [`${ranks} ranks, half`]: { count: ranks, flags: ["--half"] } }),
  ...(values.sync && { [`${ranks} ranks, sync`]: { count: ranks, flags: ["--sync"] } }),
};
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

if (values.threads !== undefined) await measure(Number(values.threads));
else {
  const found = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]));
  for (let i = 0; i < rounds; i++) for (const kind of Object.keys(kinds)) found[kind].push(start(kind));
  console.log("| | images/s | by one rank's | in sums | memory of a rank |\n| --- | --- | --- | --- | --- |");
  for (const [kind, runs] of Object.entries(found)) {
    const speed = batch / median(runs.map(({ seconds }) => seconds));
    const ratio = median(runs.map(({ seconds }, i) => found["one rank"][i].seconds / seconds));
    const share = median(runs.map(({ seconds, inSums }) => inSums / seconds));
    const memory = median(runs.map(({ bytes }) => bytes)) / 1e9;
    console.log(
      `| ${kind} | ${speed.toFixed(1)} | ${ratio.toFixed(2)} | ${(100 * share).toFixed(1)} % | ${memory.toFixed(2)} GB |`,
    );
  }
}

// Kills a service with SIGKILL at random moments of a training job, starts it again each time, and compares what the job
// leaves with that of a service that was never killed: weights byte for byte, and every number of results.csv but the time.
// Also: the process of a job never outlives its service by long, never works beside its successor, and a listener who
// comes back is reported on from where it was cut off.
//
//   npm run build && node scripts/kill-server.mjs [--kills 6] [--epochs 6] [--seed 0]
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { generateShapes } from "@lookonce/data";
import { Random } from "@lookonce/random";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "6" },
    epochs: { type: "string", default: "6" },
    seed: { type: "string", default: "0" },
  },
});
const cli = fileURLToPath(new URL("../apps/cli/dist/main.js", import.meta.url));
const place = mkdtempSync(join(tmpdir(), "kill-server-"));
const [data, models] = ["data", "models"].map((name) => join(place, name));
/** Seconds that a job's process may outlive its service: a step and the turn in which it notices. */
const orphanSeconds = 10;

const training = {
  kind: "train",
  model: "tiny",
  data: "shapes/shapes",
  options: { epochs: Number(values.epochs), imgsz: 64, batch: 4, nbs: 12, save_period: 2, tensorboard: false },
};

/** What the services logged. */
let printed = "";

/** Starts a service on a folder of runs. */
async function serve(runs) {
  const options = [`models=${models}`, `data=${data}`, `runs=${runs}`, "port=0", "workers=1", "rate=0"];
  const child = spawn(process.execPath, [cli, "serve", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(signal ?? code)));
  child.stderr.on("data", (text) => {
    printed += text;
  });
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /http:\/\/\S+/.exec(line)?.[0];
      if (found !== undefined) resolve(found);
    });
    ended.then((end) => reject(new Error(`the service ended with ${end}: ${printed}`)));
  });
  return { child, ended, url };
}

async function ask({ url }, path, init) {
  const response = await fetch(`${url}${path}`, init);
  const answer = await response.json();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

function post(service, job) {
  const headers = { "content-type": "application/json" };
  return ask(service, "/v1/jobs", { method: "POST", headers, body: JSON.stringify(job) });
}

const isOver = ({ state }) => ["succeeded", "failed", "canceled"].includes(state);

async function whenOver(service, id) {
  for (;;) {
    const job = await ask(service, `/v1/jobs/${id}`);
    if (isOver(job)) return job;
    await sleep(100);
  }
}

/** Follows a job until its stream ends; returns the ids of the events, and what came last. */
async function follow({ url }, id, after) {
  const headers = after > 0 ? { "last-event-id": String(after) } : {};
  const ids = [];
  try {
    const response = await fetch(`${url}/v1/jobs/${id}/events`, { headers });
    let text = "";
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = text.split("\n\n");
      text = events.pop();
      for (const event of events) if (event.startsWith("id: ")) ids.push(Number(/\d+/.exec(event)[0]));
    }
  } catch {
    // The service was killed.
  }
  return ids;
}

/** What a run leaves, without times. */
function traces(run) {
  const files = ["last", "best", "epoch2", "epoch4"].map((name) => join(run, "weights", `${name}.safetensors`));
  const hashes = files.filter(existsSync).map((file) => createHash("sha256").update(readFileSync(file)).digest("hex"));
  const rows = readFileSync(join(run, "results.csv"), "utf8").trimEnd().split("\n");
  return JSON.stringify({ hashes, rows: rows.map((row) => row.split(",").toSpliced(1, 1)) }, null, 1);
}

/** The process that works on a job, if there is one. */
function workerOf(runs, id) {
  try {
    return Number(readFileSync(join(runs, `jobs.sqlite.job-${id}.lock.pid`), "utf8"));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A killed process stays in the table until its parent has taken note, which for an orphan is the system.
  const status = `/proc/${pid}/stat`;
  return !existsSync(status) || !/^\d+ \(.*\) [ZX]/.test(readFileSync(status, "utf8"));
}

function fail(message) {
  console.error(`${message} (everything is in ${place}); the services logged:\n${printed}`);
  process.exit(1);
}

mkdirSync(models, { recursive: true });
await generateShapes({ directory: join(data, "shapes"), train: 24, val: 6, size: 64 });
const rows = [8, 8, 16, 16, 16].map((width) => `  - [-1, 1, Conv, [${width}, 3, 2]]`).join("\n");
const factors = "depth_multiple: 1.0\nwidth_multiple: 1.0";
const head = "head:\n  - [[2, 3, 4], 1, Detect, [nc]]\n";
writeFileSync(join(models, "tiny.yaml"), `nc: 5\n${factors}\nbackbone:\n${rows}\n${head}`);

const calm = await serve(join(place, "calm"));
const began = performance.now();
const whole = await whenOver(calm, (await post(calm, training)).id);
if (whole.state !== "succeeded") fail(`the undisturbed job is ${JSON.stringify(whole)}`);
const duration = performance.now() - began;
console.log(`never killed: ${(duration / 1000).toFixed(1)} s`);
calm.child.kill("SIGTERM");
const end = await calm.ended;
if (end !== 0) fail(`the service ended with ${end} when it was asked to`);
const expected = traces(join(place, "calm", whole.run));

const runs = join(place, "killed");
const rng = new Random(Number(values.seed)).fork("kills");
let service = await serve(runs);
let { id } = await post(service, training);
let heard = [];
let kills = 0;
let lived = 0;
while (kills < Number(values.kills)) {
  const following = follow(service, id, heard.at(-1) ?? 0);
  await sleep(rng.uniform(0.1, 0.7) * duration);
  const worker = workerOf(runs, id);
  service.child.kill("SIGKILL");
  await service.ended;
  const killed = performance.now();
  heard.push(...(await following));
  kills++;
  // Every other time the next service starts while the process of the last one may still be at work.
  const waits = kills % 2 === 1;
  if (waits && worker !== undefined) {
    while (isAlive(worker)) {
      const seconds = (performance.now() - killed) / 1000;
      if (seconds > orphanSeconds) fail(`process ${worker} outlived its service by ${seconds.toFixed(1)} s`);
      await sleep(20);
    }
    lived = Math.max(lived, performance.now() - killed);
  }
  service = await serve(runs);
  const job = await ask(service, `/v1/jobs/${id}`);
  console.log(
    `kill ${kills}: the job is ${job.state}, epoch ${job.progress?.epoch ?? 0}, started ${job.starts} times${waits ? ", its process gone" : ""}`,
  );
  if (isOver(job)) {
    compare(job);
    id = (await post(service, training)).id;
    heard = [];
  }
}
const rest = follow(service, id, heard.at(-1) ?? 0);
const last = await whenOver(service, id);
heard.push(...(await rest));
compare(last);
if (heard.some((event, i) => i > 0 && event <= heard[i - 1])) fail(`events came twice or out of order: ${heard}`);
// All but the batches that were forgotten; the last reports the end.
const kept = await follow(service, id, 0);
if (kept.at(-1) !== heard.at(-1)) fail(`the listener's last event is ${heard.at(-1)}, the job's ${kept.at(-1)}`);
if (kept.some((event) => !heard.includes(event))) fail("a listener who came back missed events");
const worker = workerOf(runs, id);
if (worker !== undefined) fail(`the job is over, but process ${worker} still owns its lock`);
service.child.kill("SIGTERM");
await service.ended;
console.log(
  `the same after ${kills} kills: weights byte for byte, every number of results.csv; orphans were gone after at most ${lived.toFixed(0)} ms`,
);
rmSync(place, { recursive: true });

function compare(job) {
  if (job.state !== "succeeded") fail(`the job is ${JSON.stringify(job)}`);
  const actual = traces(join(runs, job.run));
  if (actual !== expected) fail(`they differ:\nnever killed ${expected}\nkilled ${actual}`);
  console.log(`  job ${job.id} came to its end, the same`);
}

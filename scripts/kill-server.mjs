// Kills a service with SIGKILL at random moments of a training job, starts it again each time, and compares what the job
// leaves with that of a service that was never killed: weights byte for byte, and every number of results.csv but the time.
// Also: the process of a job never outlives its service by long, never works beside its successor, and a listener who
// comes back is reported on from where it was cut off. Meanwhile clients predict, and now and then an inference process is
// killed alone: every answer is right, or the service was killed or says why there is none; no inference process outlives its service
// by long. Linux only.
//
//   npm run build && node scripts/kill-server.mjs [--kills 6] [--epochs 6] [--seed 0]
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { generateShapes } from "@lookonce/data";
import { encodeImage, readImage, resizeBilinear } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { YOLO } from "lookonce";
import { inferenceProcesses, isAlive } from "./service/processes.mjs";
import { isSameImage, postImage, startService } from "./service/start-service.mjs";
import { tinyModel } from "./trainings/tiny-model.mjs";
import { traces } from "./trainings/traces.mjs";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "6" },
    epochs: { type: "string", default: "6" },
    seed: { type: "string", default: "0" },
  },
});
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
function serve(runs, settings = []) {
  const folders = [`models=${models}`, `data=${data}`, `runs=${runs}`];
  return startService([...folders, ...settings, "workers=1", "rate=0", "imgsz=64"], {
    onLog(text) {
      printed += text;
    },
  });
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

/** The process that works on a job, if there is one. */
function workerOf(runs, id) {
  try {
    return Number(readFileSync(join(runs, `jobs.sqlite.job-${id}.lock.pid`), "utf8"));
  } catch {
    return undefined;
  }
}

function fail(message) {
  console.error(`${message} (everything is in ${place}); the services logged:\n${printed}`);
  process.exit(1);
}

/** A detector that the calm training left, and images of different sizes with what the library finds in them. */
async function detectorOf(run) {
  const file = join(place, "detector.safetensors");
  cpSync(join(run, "weights", "best.safetensors"), file);
  const yolo = await YOLO.load(file);
  const folder = join(data, "shapes", "images", "val");
  const images = [];
  for (const [i, name] of readdirSync(folder).sort().entries()) {
    const size = { width: 64 + 16 * i, height: 128 - 8 * i };
    const bytes = await encodeImage(resizeBilinear(await readImage(join(folder, name)), size), ".png");
    const [results] = await yolo.predict(bytes, { imgsz: 64, conf: 0.001, maxDet: 5 });
    if (results.boxes.count === 0) fail(`the detector finds nothing in ${name}`);
    images.push({ bytes, expected: results.toJSON() });
  }
  await yolo.dispose();
  return { file, images };
}

/** What came of predictions, and how often each client has been answered since an inference process was killed. */
const counts = { right: 0, refused: 0, broken: 0, processesKilled: 0 };
const clients = [0, 0];
let isFinished = false;

/** Predicts, one request after the other: an answer is right, or says that the service could not, or it was killed meanwhile. */
async function predict(client, images, random) {
  while (!isFinished) {
    const { bytes, expected } = random.choice(images);
    const [asked, since] = [service, counts.processesKilled];
    if (asked.isKilled) {
      await sleep(20);
      continue;
    }
    try {
      const { status, body } = await postImage(asked.url, bytes, { query: "?conf=0.001&max_det=5" });
      if (status === 200) {
        if (!isSameImage(body.images[0], expected)) fail(`a wrong answer: ${JSON.stringify({ body, expected })}`);
        counts.right++;
        if (since === counts.processesKilled) clients[client]++;
      } else if (status === 503 || status === 504 || body.error.code === "WORKER_LOST") counts.refused++;
      else fail(`an image was answered with ${status} ${JSON.stringify(body)}`);
    } catch (error) {
      if (!asked.isKilled) fail(`a connection broke though the service was not killed: ${error}`);
      counts.broken++;
    }
    await sleep(50);
  }
}

/** Kills an inference process at random moments, when each client has been answered since the last time. */
async function killInference(random) {
  while (!isFinished) {
    await sleep(random.uniform(1000, 8000));
    const processes = inferenceProcesses(service.child.pid);
    if (processes.length === 0 || clients.includes(0)) continue;
    process.kill(random.choice(processes), "SIGKILL");
    counts.processesKilled++;
    clients.fill(0);
  }
}

/** Waits for processes to end; returns the milliseconds since they were left alone. */
async function whenGone(processes) {
  const since = performance.now();
  for (;;) {
    const [left] = processes.filter(isAlive);
    const seconds = (performance.now() - since) / 1000;
    if (left === undefined) return 1000 * seconds;
    if (seconds > orphanSeconds) fail(`process ${left} outlived its service by ${seconds.toFixed(1)} s`);
    await sleep(20);
  }
}

mkdirSync(models, { recursive: true });
await generateShapes({ directory: join(data, "shapes"), train: 24, val: 6, size: 64 });
writeFileSync(join(models, "tiny.yaml"), tinyModel);

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
const detector = await detectorOf(join(place, "calm", whole.run));

const runs = join(place, "killed");
const rng = new Random(Number(values.seed)).fork("kills");
const settings = [`model=${detector.file}`];
let service = await serve(runs, settings);
const predicting = clients.map((_, client) => predict(client, detector.images, rng.fork("client", client)));
predicting.push(killInference(rng.fork("inference")));
let { id } = await post(service, training);
let heard = [];
let kills = 0;
let lived = 0;
/** When the job saved its state last, and how often it was killed since. */
let saved = { at: 0, kills: 0 };
while (kills < Number(values.kills)) {
  const following = follow(service, id, heard.at(-1) ?? 0);
  await sleep(rng.uniform(0.1, 0.7) * duration);
  await whenSaved();
  const worker = workerOf(runs, id);
  const inference = inferenceProcesses(service.child.pid);
  service.isKilled = true;
  service.child.kill("SIGKILL");
  await service.ended;
  const inferenceGone = whenGone(inference);
  heard.push(...(await following));
  kills++;
  // Every other time the next service starts while the process of the last one may still be at work.
  const waits = kills % 2 === 1;
  if (waits && worker !== undefined) lived = Math.max(lived, await whenGone([worker]));
  service = await serve(runs, settings);
  lived = Math.max(lived, await inferenceGone);
  const job = await ask(service, `/v1/jobs/${id}`);
  console.log(
    `kill ${kills}: the job is ${job.state}, epoch ${job.progress?.epoch ?? 0}, started ${job.starts} times${waits ? ", its process gone" : ""}`,
  );
  if (isOver(job)) {
    compare(job);
    id = (await post(service, training)).id;
    heard = [];
    saved = { at: 0, kills: 0 };
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
isFinished = true;
await Promise.all(predicting);
if (counts.right === 0 || counts.processesKilled === 0) fail(`predictions were not tried: ${JSON.stringify(counts)}`);
service.child.kill("SIGTERM");
await service.ended;
console.log(
  `predictions: ${counts.right} right, ${counts.refused} refused, ${counts.broken} broken off by a kill; ${counts.processesKilled} inference processes were killed alone`,
);
console.log(
  `the same after ${kills} kills: weights byte for byte, every number of results.csv; orphans were gone after at most ${lived.toFixed(0)} ms`,
);
rmSync(place, { recursive: true });

/** Waits for a job that was killed since it saved its state to save it again: after three deaths without that it has failed. */
async function whenSaved() {
  for (;;) {
    const job = await ask(service, `/v1/jobs/${id}`);
    const file = join(runs, job.run ?? "", "weights", "last.safetensors");
    const at = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (at !== saved.at) saved = { at, kills: 0 };
    if (saved.kills === 0 || isOver(job)) break;
    await sleep(50);
  }
  saved.kills++;
}

function compare(job) {
  if (job.state !== "succeeded") fail(`the job is ${JSON.stringify(job)}`);
  const actual = traces(join(runs, job.run));
  if (actual !== expected) fail(`they differ:\nnever killed ${expected}\nkilled ${actual}`);
  console.log(`  job ${job.id} came to its end, the same`);
}

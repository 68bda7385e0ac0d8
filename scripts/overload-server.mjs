// A service under twice its capacity, without and with hostile clients in turn: is every request answered, is every answer right,
// does the queue keep to its bound, does memory stay flat, and do hostile clients delay the others?
//
//   npm run build && node scripts/overload-server.mjs [--minutes 30] [--share 0.05] [--segment 60] [--model yolov8n.pt]
//     [--images folder] [--imgsz 320] [--queue 32] [--times 2] [--seed 0]
//
// In every other segment hostile clients add so many requests that they are `--share` of all, from many addresses and from one in
// turn. Prints a line of JSON a segment, then the whole; the status is 1 where something fails. Linux only.
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "@lookonce/random";
import { YOLO } from "lookonce";
import { checkLoad } from "./service/check-load.mjs";
import { isAlive, processTree } from "./service/processes.mjs";
import { percentile, readMetric, startService } from "./service/start-service.mjs";
import { SteadyClients } from "./service/steady-clients.mjs";
import { watchService } from "./service/watch-service.mjs";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    share: { type: "string", default: "0.05" },
    segment: { type: "string", default: "60" },
    model: { type: "string" },
    images: { type: "string", default: "../shared/data/coco128/images/train2017" },
    imgsz: { type: "string", default: "320" },
    queue: { type: "string", default: "32" },
    times: { type: "string", default: "2" },
    seed: { type: "string", default: "0" },
  },
});
const number = (name) => Number(values[name]);
const published = "../shared/weights/yolov8n.pt";
const model = values.model ?? (existsSync(published) ? published : "yolov8n.yaml");
const rounded = (value) => (value === undefined ? undefined : Math.round(value));
/** Of a segment, what is not counted: seconds in which the segment before is answered. */
const warmupSeconds = Math.min(5, number("segment") / 3);
/** Addresses of the hostile clients, by the kind of a segment. */
const hosts = { calm: 0, many: 250, one: 1 };

async function readImages() {
  const files = readdirSync(values.images).filter((name) => /\.jpe?g$/i.test(name));
  const yolo = await YOLO.load(model);
  const images = [];
  for (const name of files.sort().slice(0, 24)) {
    const file = join(values.images, name);
    const [results] = await yolo.predict(file, { imgsz: number("imgsz") });
    images.push({ file, bytes: readFileSync(file), expected: results.toJSON() });
  }
  await yolo.dispose();
  return images;
}

const place = mkdtempSync(join(tmpdir(), "overload-server-"));
const images = await readImages();
let log = "";
const settings = [`model=${model}`, `imgsz=${values.imgsz}`, `max_waiting=${values.queue}`, "timeout=120"];
const service = await startService([...settings, `runs=${join(place, "runs")}`], {
  onLog(text) {
    log += text;
  },
});
const { url, child } = service;
const clients = new SteadyClients(url, images, new Random(number("seed")).fork("clients"));
const files = images.slice(0, 1).map(({ file }) => file);
const hostile = fork(fileURLToPath(new URL("service/hostile-load.mjs", import.meta.url)), [url, values.seed, ...files]);
await once(hostile, "message");

const capacity = await clients.measureCapacity(10);
console.log(JSON.stringify({ capacity, images: images.length, model }));
const watch = watchService(url, child.pid);
const segments = [];
const pending = [];
const ends = {};
const faults = [];
let rate = Math.max(1, number("times") * capacity);

async function run(kind) {
  const isCalm = hosts[kind] === 0;
  const onRate = (current) => {
    const share = number("share");
    if (!isCalm) hostile.send({ rate: (current * share) / (1 - share), addresses: hosts[kind] });
  };
  onRate(rate);
  const { rate: last, counts } = await clients.offer(number("segment"), {
    rate,
    times: number("times"),
    warmupSeconds,
    onRate,
  });
  rate = last;
  if (!isCalm) await withdraw();
  // Its last requests are answered while the next segment runs
  pending.push(counts.then((made) => report(kind, made)));
}

function report(kind, { sent, latencies, refused }) {
  segments.push({ kind, latencies });
  const [p50, p95, refusedP95] = [
    [latencies, 0.5],
    [latencies, 0.95],
    [refused, 0.95],
  ].map(([list, share]) => rounded(percentile(list, share)));
  const answered = latencies.length;
  console.log(JSON.stringify({ kind, sent, answered, p50, p95, refused: refused.length, refusedP95 }));
}

/** Lets the hostile clients leave, and counts what came of their requests. */
async function withdraw() {
  const answer = once(hostile, "message");
  hostile.send({ rate: 0 });
  const [{ ends: counts, wrong }] = await answer;
  faults.push(...wrong);
  for (const [name, byEnd] of Object.entries(counts)) {
    ends[name] ??= {};
    for (const [end, count] of Object.entries(byEnd)) ends[name][end] = (ends[name][end] ?? 0) + count;
  }
}

const end = performance.now() + 60_000 * number("minutes");
for (let i = 0; performance.now() < end; i++) await run(["calm", "many", "calm", "one"][i % 4]);
await Promise.all(pending);
const workersLost = await readMetric(url, "lookonce_workers_lost_total");
await watch.stop();

// It ends while requests come: those before are answered
const processes = processTree(child.pid).map(({ pid }) => pid);
const last = clients.offer(6, { rate, times: 0 });
await sleep(3000);
clients.endsAt = performance.now();
child.kill("SIGTERM");
const code = await service.ended;
const endMs = rounded(performance.now() - clients.endsAt);
await (await last).counts;
if (code !== 0) faults.push(`the service ended with ${code}`);
const left = processes.filter(isAlive);
if (left.length > 0) faults.push(`processes ${left.join(", ")} outlived the service`);
if (workersLost > 0) faults.push(`${workersLost} inference processes were lost`);
hostile.disconnect();
clients.close();

const { faults: found, report: numbers } = checkLoad({
  ...clients,
  segments,
  seen: watch.seen,
  queue: number("queue"),
});
faults.push(...clients.faults, ...found);
console.log(JSON.stringify({ ends }, null, 1));
console.log(JSON.stringify({ ...numbers, workersLost, endMs }));
if (faults.length === 0) {
  console.log(
    "every request was answered rightly, refused or left by its client; queue, memory and delays kept to their bounds",
  );
  rmSync(place, { recursive: true });
} else {
  for (const fault of new Set(faults)) console.error(`failed: ${fault}`);
  console.error(`the service logged:\n${log.slice(-5000)}`);
  process.exitCode = 1;
}

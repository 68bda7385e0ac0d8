// How much does the HTTP service cost over a bare loop, how long do its clients wait, does it lose anything, does it keep to
// its bounds, does its memory stay flat?
//
//     npm run build && node bench/server.mjs --model yolov8n.pt [--images folder --rounds 3 --seconds 15 --clients 1,8,64]
//
// All on loopback. The service, its clients and the bare loop are processes of their own; the loop and the service use
// turns, and do nothing while the other is measured. Images are files of a folder, or generated shapes as JPEG files of
// 640 × 480. Prints one line of JSON a measurement:
// - `loop`: one image after the other, `await model.predict(bytes)`; `stream`: all through `model.stream`, which looks ahead
// - `service`: so many clients, each with one request under way all the time; milliseconds by percentile; `lost` are requests
//   without an answer, or with other boxes than the loop found
// - `bound`: a queue of 16 and 64 clients; what was refused with 503, and the longest queue that was seen
// - `memory`: of the service's process in MiB, over `--flat` seconds of 8 clients
import { fork } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median, percentile, postImage, readMetric, startService } from "../scripts/service/start-service.mjs";

const here = fileURLToPath(new URL("..", import.meta.url));

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    images: { type: "string" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "15" },
    clients: { type: "string", default: "1,8,64" },
    flat: { type: "string", default: "60" },
    program: { type: "string", default: join(here, "packages/lookonce/bin/lookonce.js") },
    facade: { type: "string", default: "lookonce" },
    only: { type: "string", default: "loop,stream,service,bound,memory" },
    service: { type: "string", default: "" },
    role: { type: "string", default: "main" },
    job: { type: "string", default: "{}" },
  },
});
const seconds = Number(values.seconds);
const rounded = (value) => (value === undefined ? undefined : Number(value.toPrecision(4)));

async function readImages(folder) {
  const names = (await readdir(folder)).filter((name) => /\.jpe?g$/i.test(name)).sort();
  return Promise.all(names.slice(0, 32).map((name) => readFile(join(folder, name))));
}

async function writeImages(directory) {
  const { drawShapes, readImage } = await import(values.facade);
  const { resizeBilinear, writeImage } = await import("@lookonce/image");
  await drawShapes({ output: directory, train: 16, val: 1, size: 640 });
  const folder = join(directory, "images");
  for (const name of (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".png"))) {
    const image = resizeBilinear(await readImage(join(folder, name)), { width: 640, height: 480 });
    await writeImage(join(folder, `${name.replaceAll(/\W/g, "-")}.jpg`), image);
  }
  return folder;
}

/** Images a second of a loop, and the number of boxes in each image. */
async function loop({ model, folder, kind }) {
  const { YOLO } = await import(values.facade);
  const images = await readImages(folder);
  const yolo = await YOLO.load(model);
  const boxes = [];
  for (const image of images) boxes.push((await yolo.predict(image))[0].boxes.count);
  const start = performance.now();
  const end = start + 1000 * seconds;
  let count = 0;
  if (kind === "loop") {
    for (; performance.now() < end; count++) await yolo.predict(images[count % images.length]);
  } else {
    const endless = (function* () {
      for (let i = 0; performance.now() < end; i++) yield images[i % images.length];
    })();
    for await (const _ of yolo.stream(asyncOf(endless))) count++;
  }
  const perSecond = count / ((performance.now() - start) / 1000);
  await yolo.dispose();
  return { perSecond, boxes };
}

async function* asyncOf(iterable) {
  yield* iterable;
}

/** Closed loop: each client sends its next request when the last one is answered. */
async function clients({ url, folder, count, duration, boxes }) {
  const images = await readImages(folder);
  const agent = new http.Agent({ keepAlive: true, maxSockets: count });
  const end = performance.now() + 1000 * duration;
  const latencies = [];
  const statuses = {};
  let [lost, sent, queued] = [0, 0, 0];
  const start = performance.now();
  const client = async (first) => {
    for (let i = first; performance.now() < end; i++) {
      const began = performance.now();
      sent++;
      try {
        const { status, body, retryAfter } = await postImage(url, images[i % images.length], { agent });
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status === 200) {
          latencies.push(performance.now() - began);
          queued += body.queue_ms;
          if (boxes !== undefined && body.images[0].boxes.length !== boxes[i % boxes.length]) lost++;
        } else if (!(retryAfter > 0)) lost++;
        // Refused, with a time to retry after: a little sooner, so that the bound is tested.
        else await new Promise((resolve) => setTimeout(resolve, 200));
      } catch {
        lost++;
      }
    }
  };
  await Promise.all(Array.from({ length: count }, (_, i) => client(i)));
  const spent = (performance.now() - start) / 1000;
  agent.destroy();
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => rounded(percentile(latencies, share)));
  const answered = latencies.length;
  return { perSecond: answered / spent, p50, p95, p99, queued: rounded(queued / answered), sent, lost, statuses };
}

/** Runs a part of this program as a process of its own. */
function apart(role, job) {
  const child = fork(fileURLToPath(import.meta.url), [
    ...process.argv.slice(2),
    "--role",
    role,
    "--job",
    JSON.stringify(job),
  ]);
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`${role} ended with code ${code}`)));
  });
}

async function serve(directory, settings = []) {
  const own = values.service === "" ? [] : values.service.split(" ");
  const given = [`model=${values.model}`, "rate=0", `runs=${join(directory, "runs")}`, ...own, ...settings];
  const { url, child, ended } = await startService(given, { program: values.program });
  const stop = () => {
    child.kill("SIGTERM");
    return ended;
  };
  return { url, stop };
}

const print = (what, result) => console.log(JSON.stringify({ what, ...result }));

async function compare(directory, folder) {
  const counts = values.clients.split(",").map(Number);
  const rates = {};
  const keep = (what, { perSecond }) => {
    rates[what] = [...(rates[what] ?? []), perSecond];
  };
  let boxes;
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const kind of ["loop", "stream"].filter((name) => values.only.includes(name))) {
      const { boxes: found, ...result } = await apart("loop", { model: values.model, folder, kind });
      boxes ??= found;
      keep(kind, result);
      print(kind, { round, ...result });
    }
    if (!values.only.includes("service")) continue;
    const service = await serve(directory);
    await apart("clients", { url: service.url, folder, count: 4, duration: 3 });
    for (const count of counts) {
      const result = await apart("clients", { url: service.url, folder, count, duration: seconds, boxes });
      keep(`service ${count}`, result);
      print("service", { round, clients: count, ...result, perSecond: rounded(result.perSecond) });
    }
    await service.stop();
  }
  const base = rates.loop;
  for (const [what, list] of Object.entries(rates)) {
    const ratios = base?.map((perSecond, round) => list[round] / perSecond) ?? [];
    print("median", {
      of: what,
      perSecond: rounded(median(list)),
      ofLoop: rounded(median(ratios)),
      range: ratios.map(rounded),
    });
  }
}

async function bound(directory, folder) {
  const service = await serve(directory, ["max_waiting=16", "max_images=8"]);
  let longest = 0;
  const watch = setInterval(async () => {
    longest = Math.max(longest, await readMetric(service.url, "lookonce_queue_length"));
  }, 50);
  const result = await apart("clients", { url: service.url, folder, count: 64, duration: seconds });
  clearInterval(watch);
  print("bound", { queue: 16, longest, ...result });
  await service.stop();
}

async function memory(directory, folder) {
  const service = await serve(directory);
  const mebibytes = async () =>
    Math.round((await readMetric(service.url, "process_resident_memory_bytes")) / 1024 / 1024);
  const samples = [];
  for (let i = 0; i < 6; i++) {
    await apart("clients", { url: service.url, folder, count: 8, duration: Number(values.flat) / 6 });
    samples.push(await mebibytes());
  }
  print("memory", { samples });
  await service.stop();
}

const roles = { loop, clients };
if (values.role !== "main") {
  process.send(await roles[values.role](JSON.parse(values.job)), () => process.exit());
} else {
  const directory = await mkdtemp(join(tmpdir(), "lookonce-bench-"));
  try {
    const folder = values.images ?? (await writeImages(join(directory, "shapes")));
    await compare(directory, folder);
    if (values.only.includes("bound")) await bound(directory, folder);
    if (values.only.includes("memory")) await memory(directory, folder);
  } finally {
    await rm(directory, { recursive: true });
  }
}

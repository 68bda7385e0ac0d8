// Predicts many small images over workers that are killed at random, with a Redis that is killed and started again, and
// compares the merged results with the images: each exactly once, in order.
//
//   node scripts/queue-faults.mjs --images 2000 --workers 3 --kills 10 --redis 1 --seed 1
//
// It runs the built command line (npm run build) and a redis-server of its own on a free port of this machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "@lookonce/random";
import sharp from "sharp";
import { tinyModel } from "./trainings/tiny-model.mjs";

const { values } = parseArgs({
  options: Object.fromEntries(
    Object.entries({
      images: "2000",
      workers: "3",
      kills: "10",
      redis: "1",
      seed: "1",
      shard: "20",
      seconds: "540",
    }).map(([name, value]) => [name, { type: "string", default: value }]),
  ),
});
const [images, workers, kills, redisKills, seed, shard, seconds] = [
  ...["images", "workers", "kills", "redis", "seed", "shard", "seconds"],
].map((name) => Number(values[name]));

const command = fileURLToPath(new URL("../apps/cli/dist/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "queue-faults-"));
const rng = new Random(seed);
const running = new Set();

/** Starts a program that is ended with this one. */
function start(program, args, options) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

async function startRedis(port) {
  const settings = { port, bind: "127.0.0.1", dir: folder, save: "", appendonly: "yes", appendfsync: "always" };
  const child = start(
    "redis-server",
    Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)]),
  );
  for await (const chunk of child.stdout) if (String(chunk).includes("Ready to accept connections")) break;
  child.stdout.resume();
  return child;
}

/** A worker with its processes in a group, so that all of them are killed as by a power cut. */
function startWorker(queue, number) {
  const args = [command, "worker", `queue=${queue}`, "threads=1", `cache=${join(folder, `cache-${number}`)}`];
  const child = start(process.execPath, args, { detached: true });
  child.stderr.on("data", (text) => process.stderr.write(`  worker ${number}: ${text}`));
  return child;
}

function killGroup(child) {
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It is gone
  }
}

async function main() {
  const source = join(folder, "images");
  mkdirSync(source);
  const names = Array.from({ length: images }, (_, i) => `${String(i).padStart(6, "0")}.png`);
  for (const [i, name] of names.entries()) {
    const background = { r: i % 256, g: (i >> 8) % 256, b: rng.integer(0, 256) };
    await sharp({ create: { width: 32, height: 32, channels: 3, background } })
      .png()
      .toFile(join(source, name));
  }
  const model = join(folder, "tiny.yaml");
  writeFileSync(model, tinyModel);
  const port = await freePort();
  const queue = `redis://127.0.0.1:${port}`;
  let redis = await startRedis(port);
  const started = Array.from({ length: workers }, (_, i) => startWorker(queue, i));
  const began = performance.now();
  const client = start(process.execPath, [
    ...[command, "predict", `model=${model}`, `source=${source}`, "imgsz=32", "save=false", "save_txt=true", "conf=0"],
    ...["max_det=1", `queue=${queue}`, `storage=${join(folder, "storage")}`, `shard=${shard}`, "--json"],
    ...[`project=${join(folder, "runs")}`],
  ]);
  let output = "";
  client.stdout.on("data", (text) => {
    output += text;
  });
  client.stderr.on("data", (text) => process.stderr.write(`  client: ${text}`));
  let isOver = false;
  const ended = once(client, "exit").then(([code]) => {
    isOver = true;
    return code;
  });
  const lines = () => output.split("\n").length - 1;
  // Faults come while results do: each after a random share of the images
  const events = [
    ...Array.from({ length: kills }, () => ({
      after: rng.integer(1, Math.max(2, Math.floor(images * 0.9))),
      what: "worker",
    })),
    ...Array.from({ length: redisKills }, () => ({ after: Math.floor(images / 2), what: "redis" })),
  ].sort((a, b) => a.after - b.after);
  let done = { worker: 0, redis: 0 };
  for (const { after, what } of events) {
    while (!isOver && lines() < after && performance.now() - began < seconds * 1000) await sleep(20);
    if (isOver) break;
    done = { ...done, [what]: done[what] + 1 };
    if (what === "redis") {
      console.log(`${lines()} results: Redis is killed and started again`);
      redis.kill("SIGKILL");
      await once(redis, "exit");
      await sleep(500);
      redis = await startRedis(port);
    } else {
      const number = rng.integer(0, workers);
      console.log(`${lines()} results: worker ${number} is killed`);
      killGroup(started[number]);
      started[number] = startWorker(queue, number);
    }
  }
  const timer = setTimeout(() => client.kill("SIGKILL"), Math.max(1000, seconds * 1000 - (performance.now() - began)));
  const code = await ended;
  clearTimeout(timer);
  for (const child of started) killGroup(child);
  redis.kill("SIGKILL");

  const parsed = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const summary = parsed.pop();
  const found = parsed.map(({ path }) => path.split("/").at(-1));
  const wrong = names.findIndex((name, i) => found[i] !== name);
  if ((kills > 0 && done.worker === 0) || (redisKills > 0 && done.redis === 0)) {
    throw new Error("everything was over before the first fault: this shows nothing, use more images");
  }
  if (code !== 0) throw new Error(`the client ended with ${code}: ${JSON.stringify(summary)}`);
  if (found.length !== images || wrong >= 0) {
    throw new Error(`${found.length} results for ${images} images; the first that differs is number ${wrong}`);
  }
  const labels = readdirSync(join(summary.dir, "labels")).length;
  const labeled = parsed.filter(({ boxes }) => boxes.length > 0).length;
  if (labels !== labeled) throw new Error(`${labels} label files for ${labeled} images with objects`);
  const spent = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    `${images} images, each exactly once and in order, ${labels} label files, in ${spent} s: ${done.worker} kills of ${workers} workers, ${done.redis} of Redis`,
  );
}

try {
  await main();
} finally {
  for (const child of running) child.kill("SIGKILL");
  await sleep(200);
  rmSync(folder, { recursive: true, force: true });
}

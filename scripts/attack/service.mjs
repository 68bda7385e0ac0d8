import { readFileSync } from "node:fs";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { processTree } from "../service/processes.mjs";
import { costlySvg } from "./inputs.mjs";
import { fail, Skipped } from "./judge.mjs";

/** Starts a service, attacks it, and ends it whatever happened. */
async function attackService(target, settings, attack) {
  const service = await target.serve(settings);
  try {
    await attack(service);
  } finally {
    await service.abandon();
  }
}

async function pretendingImages(target) {
  await attackService(target, ["timeout=5"], async (service) => {
    const posts = Array.from({ length: 30 }, (_, i) => {
      const disguise = ["webp", "avif", "plain"][i % 3];
      return service.predict(costlySvg(disguise), { type: `image/${disguise}` });
    });
    await sleep(2000);
    await service.mustPredict("while SVG files are decoded,");
    for (const { status, text } of await Promise.all(posts)) {
      if (status !== 415) fail(`an SVG file is answered with ${status} ${text.slice(0, 120)}`);
    }
    await service.mustPredict("after SVG files,");
    const ready = await service.ask("/readyz");
    if (ready.status !== 200) fail(`/readyz: ${ready.status} ${ready.text}`);
    await service.stop();
  });
}

/** Processes of a service that have ONNX Runtime's library in memory: those that a fault in it would end. */
function inferenceProcesses({ child }) {
  const tree = processTree(child.pid);
  if (tree === undefined) throw new Skipped("the system has no /proc");
  return tree.filter(({ pid }) => /onnxruntime/.test(readFileSync(`/proc/${pid}/maps`, "utf8"))).map(({ pid }) => pid);
}

async function crashingInference(target) {
  await attackService(target, [], async (service) => {
    await service.mustPredict("before the crash,");
    const crashed = inferenceProcesses(service);
    if (crashed.length === 0) fail("no process has ONNX Runtime in memory");
    for (const pid of crashed) process.kill(pid, "SIGSEGV");
    await sleep(100);
    await service.mustPredict("after a crash in ONNX Runtime,");
    if (inferenceProcesses(service).some((pid) => crashed.includes(pid))) fail("a crashed process is still there");
    await service.stop();
  });
}

async function hangingInference(target) {
  await attackService(target, ["timeout=5"], async (service) => {
    await service.mustPredict("before the hang,");
    // For 10 seconds, an answer proves that predictions go on
    await sleep(11_000);
    for (const pid of inferenceProcesses(service)) {
      if (pid === service.child.pid) fail("the network runs in the service's own process");
      process.kill(pid, "SIGSTOP");
    }
    const given = [0, 1, 2, 3].map(() => service.predict());
    await sleep(1000);
    const ready = await service.ask("/readyz");
    if (ready.status !== 503) fail(`/readyz says ${ready.status} while no worker answers`);
    await Promise.all(given);
    for (let tries = 0; (await service.ask("/readyz")).status !== 200; tries++) {
      if (tries > 40) fail("hanging workers are not replaced within 20 s");
      await sleep(500);
    }
    await service.mustPredict("after a hang,");
    await service.stop();
  });
}

const key = "a-key-of-24-characters-x";

async function slowUploads(target) {
  await attackService(target, [`key=${key}`], async (service) => {
    service.headers = { authorization: `Bearer ${key}` };
    await service.mustPredict("before slow uploads,");
    const uploads = Array.from({ length: 16 }, () => {
      const headers = { ...service.headers, "content-type": "image/png", "transfer-encoding": "chunked" };
      const upload = request(`${service.address}/v1/predict`, { method: "POST", headers });
      const timer = setInterval(() => upload.write("x"), 1000);
      upload.write("\x89PNG");
      const ended = new Promise((resolve) => {
        upload.on("response", (response) => resolve(response.resume().statusCode));
        upload.on("error", () => resolve(0));
      }).finally(() => clearInterval(timer));
      return { upload, ended };
    });
    await sleep(1500);
    await service.mustPredict("during 16 slow uploads,");
    const ends = await Promise.race([
      Promise.all(uploads.map(({ ended }) => ended)),
      sleep(30_000, undefined, { ref: false }),
    ]);
    for (const { upload } of uploads) upload.destroy();
    if (ends === undefined) fail("uploads of a byte a second are not refused within 30 s");
    if (ends.some((status) => status !== 408 && status !== 0)) fail(`slow uploads are answered with ${ends}`);
    await service.stop();
  });
}

export const serviceAttacks = [
  { row: 1, tried: "SVG files in the disguise of WebP and AVIF are sent to a service", attack: pretendingImages },
  { row: 12, tried: "16 uploads of one byte a second, with a key", attack: slowUploads },
  { row: 19, tried: "the processes that have ONNX Runtime in memory end by SIGSEGV", attack: crashingInference },
  { row: 19, tried: "processes that run the network hang", attack: hangingInference, slow: true },
];

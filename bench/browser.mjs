// Detection in a tab of Chromium: lookonce against the bare session of onnxruntime-web, and against the object-detection pipeline of
// transformers.js, in turn in one run.
//
//     npm run build && node bench/browser.mjs --model yolov8n.pt --image bus.jpg [--rounds 5 --passes 20 --threads 2 --only detect,first]
//
// - `detect`: an image from bitmap to boxes by `model.predict`, in its worker, against `session.run` of the same file on pixels that
//   are a tensor already. Medians of the passes after three; a tab each, in turn.
// - `first`: from opening the page to the first detections: scripts, runtime, model, session, image. Each in a new browser context, which
//   has nothing in a cache; all from this machine. Later detections are the median of the passes in the same tab.
// - size: what lookonce's scripts of `first` weigh with gzip, without those of ONNX Runtime.
//
// transformers.js (`--transformers`, a folder with `node_modules`; without it, it is installed from npm) is used as it ships, with its
// own ONNX Runtime. Its pipeline knows no YOLO of ours, so that the network is exported with suppression in its graph and wrapped as
// YOLOS: see browser/wrap-as-yolos.mjs. lookonce runs the same file without the wrapping; the image is a square of the network's size.
// CHROMIUM names another browser than the npm package's.
import { execFileSync } from "node:child_process";
import { createReadStream, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { readImage, writeImage } from "@lookonce/image";
import { letterbox } from "@lookonce/image/letterbox";
import { YOLO } from "lookonce";
import { chromium } from "playwright-core";
import { chromiumProgram } from "../scripts/chromium.mjs";
import { wrapAsYolos } from "./browser/wrap-as-yolos.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    image: { type: "string" },
    imgsz: { type: "string", default: "640" },
    rounds: { type: "string", default: "5" },
    passes: { type: "string", default: "20" },
    threads: { type: "string", default: String(availableParallelism()) },
    only: { type: "string", default: "detect,first" },
    transformers: { type: "string" },
  },
});
if (values.model === undefined || values.image === undefined) {
  console.error("node bench/browser.mjs --model yolov8n.pt --image an image of what it knows");
  process.exit(2);
}
const [imgsz, rounds, passes, threads] = ["imgsz", "rounds", "passes", "threads"].map((name) => Number(values[name]));
const folder = mkdtempSync(join(tmpdir(), "lookonce-bench-browser-"));
const models = join(folder, "models");

/** Exports the network twice, wraps one of them, and makes the image a square of the network's size. */
async function prepare() {
  mkdirSync(models);
  const yolo = await YOLO.load(values.model);
  await yolo.export({ format: "onnx", imgsz, file: join(models, "plain.onnx") });
  const { file } = await yolo.export({ format: "onnx", imgsz, nms: true, file: join(models, "suppressing.onnx") });
  await yolo.dispose();
  wrapAsYolos(file, join(models, "wrapped"));
  const { image } = letterbox(await readImage(values.image), { size: imgsz });
  await writeImage(join(folder, "square.png"), image);
}

const pipelines = "@huggingface/transformers";

/** The folder of transformers.js, and that of its own ONNX Runtime. */
function transformersFolders() {
  const place = values.transformers ?? join(folder, "transformers");
  if (values.transformers === undefined) {
    mkdirSync(place);
    writeFileSync(join(place, "package.json"), JSON.stringify({ private: true }));
    const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
    execFileSync("npm", [...args, `${pipelines}@4`], { cwd: place, stdio: "inherit" });
  }
  const require = createRequire(join(place, "package.json"));
  const main = dirname(require.resolve(pipelines));
  const own = createRequire(join(main, "index.js"));
  return [main, dirname(own.resolve("onnxruntime-web"))];
}

const runtime = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
const lookonce = fileURLToPath(new URL("../packages/yolo/dist/browser", import.meta.url));
const types = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".html": "text/html",
};

/** What a page does: it calls `ready` with what it found out, and a function that detects once more. */
const pages = {
  "/ours.html": `
    import { YOLO } from "/lookonce/index.js";
    const model = await YOLO.load(new URL("/models/plain.onnx", location.href), { threads });
    const bitmap = await createImageBitmap(await (await fetch("/square.png")).blob());
    await ready({}, () => model.predict(bitmap), 3);`,
  "/bare.html": `
    import { env, InferenceSession, Tensor } from "/onnxruntime/ort.wasm.min.mjs";
    env.wasm.numThreads = threads;
    env.wasm.wasmPaths = "/onnxruntime/";
    const session = await InferenceSession.create("/models/plain.onnx");
    const data = Float32Array.from({ length: 3 * ${imgsz * imgsz} }, (_, i) => (i % 256) / 255);
    const images = new Tensor("float32", data, [1, 3, ${imgsz}, ${imgsz}]);
    await ready({}, () => session.run({ images }), 3);`,
  "/first-ours.html": `
    import { YOLO } from "/lookonce/index.js";
    const model = await YOLO.load(new URL("/models/suppressing.onnx", location.href), { threads });
    const detect = async () => {
      const [result] = await model.predict(new URL("/square.png", location.href), { conf: 0.5 });
      return result.toJSON().boxes.map(({ name }) => name);
    };
    const names = await detect();
    await ready({ first: performance.now(), names }, detect);`,
  "/first-theirs.html": `
    import { env, pipeline } from "/transformers/transformers.min.js";
    env.allowRemoteModels = false;
    env.allowLocalModels = true;
    env.localModelPath = "/models/";
    env.backends.onnx.wasm.numThreads = threads;
    env.backends.onnx.wasm.wasmPaths = "/transformers-runtime/";
    const detector = await pipeline("object-detection", "wrapped", { dtype: "fp32", device: "wasm" });
    const detect = async () => (await detector("/square.png", { threshold: 0.5 })).map(({ label }) => label);
    const names = await detect();
    await ready({ first: performance.now(), names }, detect);`,
};

const html = (script) => `<!doctype html><title>Detection</title><script>
  const threads = ${threads};
  addEventListener("unhandledrejection", ({ reason }) => { window.result = { error: String(reason?.stack ?? reason) }; });
  async function ready(result, detect, warmUp = 0) {
    for (let i = 0; i < warmUp; i++) await detect();
    window.again = async () => {
      const list = [];
      for (let i = 0; i < ${passes}; i++) {
        const start = performance.now();
        await detect();
        list.push(performance.now() - start);
      }
      return list;
    };
    window.result = { result };
  }
</script><script type="module">${script}</script>`;

/** Serves the pages and the folders, isolated from other origins, without which there are no threads. */
async function serve([transformers, transformersRuntime]) {
  const folders = {
    "/lookonce/": lookonce,
    "/onnxruntime/": runtime,
    "/transformers/": transformers,
    "/transformers-runtime/": transformersRuntime,
    "/models/": models,
    "/": folder,
  };
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const prefix = Object.keys(folders).find((name) => pathname.startsWith(name));
    const file = join(folders[prefix], pathname.slice(prefix.length));
    const isFile = statSync(file, { throwIfNoEntry: false })?.isFile();
    response.writeHead(pathname in pages || isFile ? 200 : 404, {
      "content-type": types[extname(pathname)] ?? "application/octet-stream",
      ...{ "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" },
    });
    if (pathname in pages) response.end(html(pages[pathname]));
    else if (isFile) createReadStream(file).pipe(response);
    else response.end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

/** Milliseconds of the processor that each of the browser's processes took, by their numbers. */
async function processorTimes(session) {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return new Map(processInfo.map(({ id, cpuTime }) => [id, 1000 * cpuTime]));
}

/** What all processes took between two observations. Those that ended meanwhile are of pages before. */
function between(before, after) {
  return [...after].reduce((sum, [id, time]) => sum + time - (before.get(id) ?? 0), 0);
}

/** Opens a page in a new context. Returns what it found out, times of its passes, times of the processor, and its scripts. */
async function open({ browser, session, origin }, page) {
  const context = await browser.newContext();
  try {
    const scripts = new Set();
    context.on("request", (request) => {
      if (/\.m?js$/.test(request.url())) scripts.add(request.url());
    });
    const tab = await context.newPage();
    const start = await processorTimes(session);
    await tab.goto(`${origin}${page}`);
    await tab.waitForFunction("window.result !== undefined", undefined, { timeout: 300_000 });
    const { result, error } = await tab.evaluate("window.result");
    if (error !== undefined) throw new Error(`${page}: ${error}`);
    const opened = await processorTimes(session);
    const pass = median(await tab.evaluate("again()"));
    const end = await processorTimes(session);
    const processor = { first: between(start, opened), pass: between(opened, end) / passes };
    return { ...result, pass, processor, scripts: [...scripts] };
  } finally {
    await context.close();
  }
}

function line(name, ours, theirs, mark) {
  const ratios = ours.map((value, i) => value / theirs[i]);
  const show = (list) => `${median(list).toFixed(0)} ms`;
  const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  console.log(`| ${name} | ${show(ours)} | ${show(theirs)} | ${median(ratios).toFixed(2)} | ${range} | ${mark} |`);
}

/** Opens both pages in turn, and prints lines of what `values` reads of each: time, and time of the processor. */
async function compare(environment, [ours, theirs], lines) {
  const runs = [[], []];
  for (let i = 0; i < rounds; i++) {
    runs[0].push(await open(environment, ours));
    runs[1].push(await open(environment, theirs));
  }
  for (const [name, read, mark] of lines) line(name, ...runs.map((list) => list.map(read)), mark);
  return runs.map(([run]) => run);
}

/** Kilobytes of scripts with gzip, without those of ONNX Runtime that are files of their own. */
async function sizeOf({ scripts }) {
  const own = scripts.filter((address) => !/\/ort[.-][^/]*$/.test(address));
  const texts = await Promise.all(own.map(async (address) => (await fetch(address)).arrayBuffer()));
  return Math.round(texts.reduce((sum, text) => sum + gzipSync(text).length, 0) / 1000);
}

async function measure(environment) {
  const { browser } = environment;
  const system = `${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.versions.node}, Chromium ${browser.version()}`;
  console.log(
    `${system}, ${threads} threads, ${new Date().toISOString().slice(0, 10)}, load ${loadavg()[0].toFixed(1)}`,
  );
  console.log("| work | lookonce | other | ratio | range | mark |\n| --- | --- | --- | --- | --- | --- |");
  if (values.only.includes("detect")) {
    await compare(
      environment,
      ["/ours.html", "/bare.html"],
      [
        [`detection at ${imgsz}, bare session`, ({ pass }) => pass, 1.5],
        ["the same, time of the processor", ({ processor }) => processor.pass, ""],
      ],
    );
  }
  if (values.only.includes("first")) {
    const [ours, theirs] = await compare(
      environment,
      ["/first-ours.html", "/first-theirs.html"],
      [
        ["first detection, transformers.js", ({ first }) => first, 1],
        ["the same, time of the processor", ({ processor }) => processor.first, ""],
        ["each later detection, transformers.js", ({ pass }) => pass, ""],
        ["the same, time of the processor", ({ processor }) => processor.pass, ""],
      ],
    );
    console.log(`found by lookonce: ${ours.names.join(", ")}; by transformers.js: ${theirs.names.join(", ")}`);
    const [own, other] = [await sizeOf(ours), await sizeOf(theirs)];
    console.log(
      `scripts with gzip: lookonce ${own} kB without ONNX Runtime's (mark 150), transformers.js ${other} kB with it`,
    );
  }
  console.log(`load at the end ${loadavg()[0].toFixed(1)}`);
}

let server;
let browser;
try {
  await prepare();
  server = await serve(transformersFolders());
  browser = await chromium.launch({ executablePath: await chromiumProgram(folder) });
  const session = await browser.newBrowserCDPSession();
  await measure({ browser, session, origin: `http://127.0.0.1:${server.address().port}` });
} finally {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true });
}

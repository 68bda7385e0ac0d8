// Detection in a tab of Chromium: lookonce against the bare session of onnxruntime-web, and against the object-detection pipeline of
// transformers.js, in turn in one run.
//
//     npm run build && node bench/browser.mjs --model yolov8n.pt --image bus.jpg [--rounds 5 --passes 20 --threads 2 --only detect,first]
//
// - `detect`: an image from bitmap to boxes by `model.predict`, in its worker, against `session.run` of the same file on pixels that
//   are a tensor already. Medians of the passes after three; a tab each, in turn.
// - `first`: from opening the page to the first detections: scripts, runtime, model, session, image. Each in a new browser context, which
//   has nothing in a cache; all from this machine. `next` is the median of ten more detections in the same tab.
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

/** What a page does: `detect` by ours and by the bare session, `first` by ours and by transformers.js. */
const pages = {
  "/ours.html": `
    import { YOLO } from "/lookonce/index.js";
    const model = await YOLO.load(new URL("/models/plain.onnx", location.href), { threads });
    const bitmap = await createImageBitmap(await (await fetch("/square.png")).blob());
    finish(await times(() => model.predict(bitmap)));`,
  "/bare.html": `
    import { env, InferenceSession, Tensor } from "/onnxruntime/ort.wasm.min.mjs";
    env.wasm.numThreads = threads;
    env.wasm.wasmPaths = "/onnxruntime/";
    const session = await InferenceSession.create("/models/plain.onnx");
    const data = Float32Array.from({ length: 3 * ${imgsz * imgsz} }, (_, i) => (i % 256) / 255);
    const images = new Tensor("float32", data, [1, 3, ${imgsz}, ${imgsz}]);
    finish(await times(() => session.run({ images })));`,
  "/first-ours.html": `
    import { YOLO } from "/lookonce/index.js";
    const model = await YOLO.load(new URL("/models/suppressing.onnx", location.href), { threads });
    const detect = async () => {
      const [result] = await model.predict(new URL("/square.png", location.href), { conf: 0.5 });
      return result.toJSON().boxes.map(({ name }) => name);
    };
    const names = await detect();
    finish({ first: performance.now(), names, next: await times(detect, 10) });`,
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
    finish({ first: performance.now(), names, next: await times(detect, 10) });`,
};

const html = (script) => `<!doctype html><title>Detection</title><script type="module">
  const threads = ${threads};
  const finish = (result) => { window.result = { result }; };
  addEventListener("unhandledrejection", ({ reason }) => { window.result = { error: String(reason?.stack ?? reason) }; });
  async function times(task, count = ${passes}) {
    for (let i = 0; i < 3; i++) await task();
    const list = [];
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      await task();
      list.push(performance.now() - start);
    }
    return list;
  }
  Object.assign(window, { threads, finish, times });
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

/** Opens a page in a new context and returns what it finished with, and the scripts that it loaded. */
async function open(browser, origin, page) {
  const context = await browser.newContext();
  try {
    const scripts = new Set();
    context.on("request", (request) => {
      if (/\.m?js$/.test(request.url())) scripts.add(request.url());
    });
    const tab = await context.newPage();
    await tab.goto(`${origin}${page}`);
    await tab.waitForFunction("window.result !== undefined", undefined, { timeout: 300_000 });
    const { result, error } = await tab.evaluate("window.result");
    if (error !== undefined) throw new Error(`${page}: ${error}`);
    return { result, scripts: [...scripts] };
  } finally {
    await context.close();
  }
}

function line(name, ours, theirs, mark, unit = "ms") {
  const ratios = ours.map((value, i) => value / theirs[i]);
  const show = (list) => `${median(list).toFixed(0)} ${unit}`;
  const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  console.log(`| ${name} | ${show(ours)} | ${show(theirs)} | ${median(ratios).toFixed(2)} | ${range} | ${mark} |`);
}

async function measure(browser, origin) {
  const system = `${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.versions.node}, Chromium ${browser.version()}`;
  console.log(
    `${system}, ${threads} threads, ${new Date().toISOString().slice(0, 10)}, load ${loadavg()[0].toFixed(1)}`,
  );
  console.log("| work | lookonce | other | ratio | range | mark |\n| --- | --- | --- | --- | --- | --- |");
  if (values.only.includes("detect")) {
    const [ours, bare] = [[], []];
    for (let i = 0; i < rounds; i++) {
      ours.push(median((await open(browser, origin, "/ours.html")).result));
      bare.push(median((await open(browser, origin, "/bare.html")).result));
    }
    line(`detection at ${imgsz}, bare session`, ours, bare, 1.5);
  }
  if (values.only.includes("first")) {
    const [ours, theirs] = [[], []];
    for (let i = 0; i < rounds; i++) {
      ours.push(await open(browser, origin, "/first-ours.html"));
      theirs.push(await open(browser, origin, "/first-theirs.html"));
    }
    const of = (list, what) => list.map(({ result }) => what(result));
    line(
      "first detection, transformers.js",
      of(ours, ({ first }) => first),
      of(theirs, ({ first }) => first),
      1,
    );
    line(
      "each later detection, transformers.js",
      of(ours, ({ next }) => median(next)),
      of(theirs, ({ next }) => median(next)),
      "",
    );
    console.log(
      `found by lookonce: ${ours[0].result.names.join(", ")}; by transformers.js: ${theirs[0].result.names.join(", ")}`,
    );
    const isRuntime = (address) => /\/ort[.-][^/]*$/.test(address);
    const sizes = await Promise.all(
      [
        ours[0].scripts.filter((address) => !isRuntime(address)),
        theirs[0].scripts.filter((address) => !isRuntime(address)),
      ].map(async (scripts) => {
        const texts = await Promise.all(scripts.map(async (address) => (await fetch(address)).arrayBuffer()));
        return texts.reduce((sum, text) => sum + gzipSync(text).length, 0) / 1000;
      }),
    );
    console.log(
      `scripts with gzip: lookonce ${sizes[0].toFixed(0)} kB without ONNX Runtime's (mark 150), transformers.js ${sizes[1].toFixed(0)} kB with it`,
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
  await measure(browser, `http://127.0.0.1:${server.address().port}`);
} finally {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true });
}

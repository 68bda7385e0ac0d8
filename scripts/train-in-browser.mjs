// Trains in a tab of Chromium, on WebAssembly with threads, and in Node, and prints the time of both.
//
//   npm run build && node scripts/train-in-browser.mjs [--part steps|shapes] [--threads 2] [--rounds 3]
//
// steps: times steps of YOLOv8n in turn, a tab, Node, a tab, … `shapes`: learns the drawn shapes in a tab as quickstart does.
// Time of the processor is that of all of the browser's processes. CHROMIUM names another browser than the npm package's.
import { createReadStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { generateShapes } from "@lookonce/data";
import { shapesModel, shapesRecipe } from "@lookonce/yolo/demos";
import { build } from "esbuild";
import { load } from "js-yaml";
import { chromium } from "playwright-core";
import { chromiumProgram } from "./chromium.mjs";
import { learn, prepare } from "./trainings/in-tab.mjs";

const { values } = parseArgs({
  options: {
    part: { type: "string", default: "steps,shapes" },
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "3" },
  },
});
const threads = Number(values.threads);
const place = mkdtempSync(join(tmpdir(), "train-in-browser-"));
const shapes = await generateShapes({ directory: join(place, "data") });
const files = readdirSync(join(place, "data"), { recursive: true }).filter((name) =>
  statSync(join(place, "data", name)).isFile(),
);

const bundle = await build({
  entryPoints: [fileURLToPath(new URL("trainings/in-tab.mjs", import.meta.url))],
  ...{ bundle: true, write: false, format: "esm", platform: "browser", target: "es2023", logLevel: "error" },
  conditions: ["onnxruntime-web-use-extern-wasm"],
});
const worker = `import * as module from "/entry.js";
onmessage = ({ data: { name, given } }) => module[name](given).then(
  (result) => postMessage({ result }),
  (error) => postMessage({ error: String(error.stack ?? error) }),
);`;
const page = `<!doctype html><title>A training</title><script>
const worker = new Worker("/worker.js", { type: "module" });
const call = (name, given) => new Promise((resolve, reject) => {
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.onmessage = ({ data: { result, error } }) => error === undefined ? resolve(result) : reject(new Error(error));
  worker.postMessage({ name, given });
});
</script>`;
const texts = { "/": page, "/entry.js": bundle.outputFiles[0].text, "/worker.js": worker };
const runtime = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
const types = { js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm" };

const server = createServer(({ url }, response) => {
  const text = texts[url];
  const file = url.startsWith("/runtime/") ? join(runtime, url.slice(9)) : join(place, url);
  response.writeHead(text !== undefined || existsSync(file) ? 200 : 404, {
    "content-type": types[url.split(".").at(-1)] ?? "text/html",
    // Isolated from other pages: without, there are no threads
    ...{ "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" },
  });
  if (text === undefined && existsSync(file)) createReadStream(file).pipe(response);
  else response.end(text);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const browser = await chromium.launch({ executablePath: await chromiumProgram(place) });
const tab = await browser.newPage();
tab.setDefaultTimeout(0);
await tab.goto(`http://127.0.0.1:${server.address().port}/`);
const inTab = (name, given) => tab.evaluate(`call(${JSON.stringify(name)}, ${JSON.stringify(given)})`);

const session = await browser.newBrowserCDPSession();
/** Seconds of the processor that all of the browser's processes took. */
async function browserSeconds() {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** Does something in the tab while the processor's time is noted. @returns the result and the seconds between two clocks */
async function observed(task) {
  const samples = [];
  const sample = async () => samples.push([Date.now(), await browserSeconds()]);
  await sample();
  const timer = setInterval(sample, 200);
  const result = await task();
  clearInterval(timer);
  await sample();
  const at = (clock) => samples.find(([time]) => time >= clock)?.[1] ?? samples.at(-1)[1];
  return { result, secondsBetween: ([from, to] = [0, Number.POSITIVE_INFINITY]) => at(to) - at(from) };
}

const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];

/** Steps of YOLOv8n at 160 × 160, without what is random. */
async function compareSteps() {
  const file = createRequire(import.meta.url).resolve("@lookonce/nn/package.json");
  const config = load(readFileSync(join(dirname(file), "models/yolov8.yaml"), "utf8"));
  const size = { imgsz: 160, batch: 8, warmUp: 3, batches: 13, epochs: 1, val: "never", recipe: { close_mosaic: 0 } };
  const options = { ...size, config: { ...config, scale: "n" } };
  const rows = { tab: [], node: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    const directory = `run-steps-${round}`;
    const { result, secondsBetween } = await observed(() =>
      inTab("learn", { ...options, yaml: `/data/shapes.yaml`, directory: `/${directory}` }),
    );
    rows.tab.push([median(result.steps), (1000 * secondsBetween(result.clock)) / result.steps.length]);
    const own = await learn({ ...options, yaml: shapes.yaml, directory: join(place, directory) });
    rows.node.push([median(own.steps), own.processorMs / own.steps.length]);
    for (const where of ["tab", "node"]) {
      const [wall, processor] = rows[where].at(-1);
      console.log(
        `round ${round + 1}, ${where}: ${wall.toFixed(0)} ms a step, ${processor.toFixed(0)} ms of the processor`,
      );
    }
  }
  const of = (where, column) => median(rows[where].map((row) => row[column]));
  const ratio = (column) => (of("tab", column) / of("node", column)).toFixed(2);
  console.log(
    `a step in a tab needs ${ratio(0)} × Node's time, ${ratio(1)} × its time of the processor (YOLOv8n, 160, batch 8)`,
  );
}

/** Learns the shapes as quickstart does. */
async function learnShapes() {
  const { source: config } = shapesModel(shapes.names.length);
  const { epochs, imgsz, batch, recipe } = shapesRecipe;
  const options = { epochs, imgsz, batch, recipe, config, yaml: "/data/shapes.yaml", directory: "/run-shapes" };
  const { result, secondsBetween } = await observed(() => inTab("learn", options));
  const { seconds, scores } = result;
  console.log(`mAP50 by epoch: ${scores.map((score) => score.toFixed(3)).join(" ")}`);
  const best = Math.max(...scores).toFixed(3);
  console.log(
    `the shapes in a tab, ${threads} threads: mAP50 ${best} after ${seconds.toFixed(0)} s, ${secondsBetween().toFixed(0)} s of the processor`,
  );
}

try {
  await prepare({ threads });
  await inTab("prepare", { files, threads, runtimeFiles: "/runtime/" });
  if (values.part.includes("steps")) await compareSteps();
  if (values.part.includes("shapes")) await learnShapes();
} finally {
  await browser.close();
  server.close();
  rmSync(place, { recursive: true });
}

import type { ServerSettings } from "@lookonce/server";
import { type Command, command } from "../command.ts";
import { choice, flag, integer, number, text, words } from "../options/option.ts";
import { imgszOption, outputOptions } from "./shared-options.ts";

const mebibyte = 1024 * 1024;

/** `lookonce serve`: predictions, trainings and the web page over HTTP, until somebody stops it. */
export const serve: Command = command({
  name: "serve",
  summary: "Serves predictions over HTTP, with a web page; trains and validates on request.",
  options: {
    model: words({ help: "models to begin with, a.pt,b.onnx; the first is the default one", fallback: undefined }),
    port: integer({ help: "port to listen on; 0 takes a free one", fallback: 8080, min: 0, max: 65_535 }),
    host: text({
      help: "address to listen on; any but this machine's own needs a key",
      expects: "address",
      fallback: "127.0.0.1",
    }),
    key: text({
      help: "API key, or sha256: and its hash (default: LOOKONCE_KEY of the environment)",
      expects: "key",
      fallback: undefined,
    }),
    models: words({ help: "folders that requests may load further models from", fallback: undefined }),
    data: words({ help: "folders with data sets that requests may train on", fallback: undefined }),
    runs: text({ help: "folder for trainings", expects: "folder", fallback: "runs" }),
    imgsz: imgszOption(640),
    max_imgsz: integer({ help: "largest imgsz that requests may ask for", fallback: 1280, min: 32 }),
    rect: flag({ help: "pad images only as far as needed, not to a square", fallback: true }),
    device: choice(["auto", "cpu", "webgpu", "cuda"], { help: "where to compute", fallback: "cpu" }),
    workers: integer({
      help: "inference workers (default: one for every two cores, at most 4)",
      fallback: undefined,
      min: 1,
      max: 64,
    }),
    threads: integer({
      help: "processor threads of a worker (default: the cores shared out)",
      fallback: undefined,
      min: 1,
    }),
    batch: integer({
      help: "most images that the network looks at together (default 4)",
      fallback: undefined,
      min: 1,
      max: 64,
    }),
    window: number({
      help: "milliseconds that an image waits for others while the workers are busy (default 2)",
      fallback: undefined,
      min: 0,
      max: 1000,
    }),
    queue: integer({ help: "most images that wait; more are refused", fallback: 256, min: 1 }),
    timeout: number({ help: "seconds after which a request is given up", fallback: 30, min: 0.1 }),
    max_body: number({ help: "most MiB of a request", fallback: 32, min: 0.001 }),
    max_images: integer({ help: "most images of a request", fallback: 32, min: 1 }),
    max_pixels: number({ help: "most millions of pixels of an image", fallback: 50, min: 0.001 }),
    max_models: integer({ help: "most models loaded at a time", fallback: 8, min: 1 }),
    rate: integer({ help: "requests a minute from one address; 0 for any number", fallback: 6000, min: 0 }),
    cors: words({ help: "origins of web pages that may use it", fallback: undefined }),
    hosts: words({ help: "further names that it is reached by", fallback: undefined }),
    proxies: words({ help: "addresses of proxies whose X-Forwarded-For is believed", fallback: undefined }),
    grace: number({ help: "seconds that work under way is given at the end", fallback: 60, min: 0 }),
    log: choice(["errors", "requests", "none"], {
      help: "what is logged, as JSON lines on stderr",
      fallback: "errors",
    }),
    ...outputOptions,
  },
  examples: [
    "lookonce serve model=yolov8n.pt port=8080",
    "LOOKONCE_KEY=… lookonce serve model=yolov8n.pt,cars.onnx models=weights data=datasets host=0.0.0.0",
  ],
  async run(values, terminal) {
    const { startService } = await import("@lookonce/server");
    const { model: models, data: dataRoots, runs: runsRoot, max_body, max_pixels, json, verbose, ...rest } = values;
    const { models: modelRoots, key = terminal.env.LOOKONCE_KEY, max_imgsz, max_images, max_models, ...same } = rest;
    const settings = {
      ...same,
      ...{ models, modelRoots, dataRoots, runsRoot, key: key === "" ? undefined : key },
      ...{ maxImgsz: Math.max(max_imgsz, same.imgsz), maxImages: max_images, maxModels: max_models },
      ...{ maxBody: Math.floor(max_body * mebibyte), maxPixels: Math.floor(max_pixels * 1e6) },
    };
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    const stopped = terminal.catchInterrupt({ isEnd: true });
    const service = await terminal.during("loading", () =>
      startService(given as ServerSettings, { mayMakeKey: terminal.stderr.isTTY === true }),
    );
    const { url, newKey, models: ids } = service;
    const what = ids.length === 0 ? "no model yet" : ids.join(", ");
    terminal.say(`${terminal.colors.bold(url)} serves ${what}; Ctrl+C stops it`);
    if (newKey !== undefined) terminal.note(`API key, shown this once: ${newKey}`);
    await abortOf(stopped);
    terminal.note("finishing what is under way; a second Ctrl+C ends it at once");
    await service.stop();
    return { url, models: ids };
  },
});

/** Resolves when a signal aborts; without one, never. */
function abortOf(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}

import { taskNames, taskSettings } from "../tasks.ts";
import { choice, flag, integer, number, setBy, text, words } from "./define.ts";
import type { OptionTable } from "./option.ts";
import {
  data,
  device,
  imgsz,
  model,
  modelImgsz,
  notServer,
  onnxRuntimeDevices,
  queueAddress,
  seed,
  trainSplit,
  valSplit,
} from "./shared-options.ts";

/** What a benchmark can measure: the model itself, and what it can be exported as. */
export const benchmarkFormats = [
  "source",
  "onnx",
  "onnx-half",
  "onnx-int8",
  "tfjs",
  "tfjs-half",
  "tfjs-int8",
  "safetensors",
  "torch",
] as const;

/** Options of `anchors`, under the names of YOLOv5's `kmean_anchors`. */
export const anchorsOptions: OptionTable = {
  ...data,
  ...trainSplit,
  model: text("file", "a YOLOv5 model to compare with"),
  n: integer("number of anchors", undefined, { defaultText: "as many as the model has, or 9", min: 1 }),
  ...imgsz(),
  anchor_t: number("largest ratio of a box's side to an anchor's", 4, { min: 1 }),
  gen: integer("generations of the genetic algorithm after k-means", 1000, { min: 0 }),
  ...seed("seed of the search"),
};

/** Options of `info`. */
export const infoOptions: OptionTable = {
  ...model(),
  ...modelImgsz(),
  detailed: flag("also every parameter tensor, with its mean and deviation", false),
  ...setBy(["cli"], {
    vs: text("file", "another model to compare with"),
    graph: text("folder", "folder to write the graph into, for TensorBoard and Netron"),
  }),
};

/** Options of `benchmark`. */
export const benchmarkOptions: OptionTable = {
  ...model("weights or a model file", notServer),
  data: text("file", "data set to score the model on", undefined, { required: true }),
  ...valSplit,
  ...modelImgsz({ trained: true }),
  format: words("formats to measure, with commas between", undefined, {
    choices: benchmarkFormats,
    defaultText: "all but tfjs-half and tfjs-int8",
  }),
  device: words("devices, with commas between", undefined, {
    choices: onnxRuntimeDevices,
    defaultText: "all that work",
  }),
  fraction: number("share of the images to use", 1, { min: 0, max: 1 }),
  threads: integer("processor threads", undefined, { defaultText: "as many as ONNX Runtime chooses", min: 1 }),
  file: text("folder", "folder to keep the exports in", undefined, { defaultText: "none" }),
};

/** Options of `benchmark sppf`. */
export const benchmarkSppfOptions: OptionTable = {
  passes: integer("timed passes of each", 100, { min: 1 }),
  ...device,
};

/** Weights of the quickstart's detector of shapes, which come along: `YOLO.load` finds them by this name. */
export const sampleWeights = "yolov8t-shapes.safetensors";

/** Families of the small models that a quickstart trains. */
export const quickstartModels: readonly ["yolov8", "yolo26"] = ["yolov8", "yolo26"];

/** One of {@link quickstartModels}. */
export type QuickstartModel = (typeof quickstartModels)[number];

/** Options of `quickstart`. */
export const quickstartOptions: OptionTable = {
  task: choice(taskNames, "task to show", "detect"),
  model: choice(quickstartModels, "family of the small model; yolo26 detects, with and without suppression", "yolov8"),
  project: text("folder", "folder for results", "runs"),
  name: text("name", "subfolder; a number is added if it exists", "quickstart"),
  ...device,
};

/** Options of `init`. */
export const initOptions: OptionTable = setBy(["cli"], {
  folder: text("folder", "folder of the project, new or without any of its files", undefined, { required: true }),
  classes: words("names of your classes, such as cat,dog, whose images you add", undefined, {
    defaultText: "five shapes, with drawn images to start with",
  }),
  model: text("file", "model to start from", undefined, {
    defaultText: `${sampleWeights}, which comes along; with classes ${taskSettings.detect.model}`,
  }),
});

/** Options of `serve`. */
export const serveOptions: OptionTable = {
  model: words("models to load at the start; the first is the default one", undefined, { expects: "a.pt,b.onnx" }),
  port: integer("port to listen on; 0 for a free one", 8080, { min: 0, max: 65_535 }),
  host: text("address", "address to listen on; any but this machine's own needs a key", "127.0.0.1"),
  key: text("key", "API key, or sha256: and its hash", undefined, { defaultText: "LOOKONCE_KEY of the environment" }),
  predict_key: text("key", "API key that may only predict, or sha256: and its hash", undefined, {
    defaultText: "LOOKONCE_PREDICT_KEY of the environment",
  }),
  models: words("folders that requests may load models from", undefined, { expects: "folder,folder" }),
  data: words("folders with data sets that requests may train on", undefined, { expects: "folder,folder" }),
  runs: text("folder", "folder for trainings", "runs"),
  ...modelImgsz({ trained: true }),
  max_imgsz: integer("largest imgsz that requests may ask for", 1280, { min: 32 }),
  rect: flag("pad images only to the next multiple of the stride, not to a square", true),
  nms: flag(
    "suppress duplicates where requests do not say; false: use the one-to-one branch, which every model must have then",
    true,
  ),
  device: choice(["auto", ...onnxRuntimeDevices], "where to compute", "cpu"),
  workers: integer("inference workers", undefined, { defaultText: "one per two cores, at most 4", min: 1, max: 64 }),
  threads: integer("processor threads of a worker", undefined, {
    defaultText: "the cores divided among the workers",
    min: 1,
  }),
  batch: integer("maximum images per batch", 4, { min: 1, max: 64 }),
  window: number("milliseconds that an image waits for a batch to fill while the workers are busy", 2, {
    min: 0,
    max: 1000,
  }),
  max_waiting: integer("maximum images that wait; more are refused", 256, { min: 1 }),
  timeout: number("seconds after which a request times out", 30, { min: 0.1 }),
  max_body: number("maximum MiB of a request", 32, { min: 0.001 }),
  max_images: integer("maximum images of a request", 32, { min: 1 }),
  max_pixels: number("maximum millions of pixels of an image", 50, { min: 0.001 }),
  max_sessions: integer("maximum sessions of tracking open at a time", 64, { min: 1 }),
  session_timeout: number("seconds without a frame after which a session of tracking ends", 60, { min: 0.1 }),
  max_models: integer("maximum models loaded at a time", 8, { min: 1 }),
  rate: integer("requests a minute from one address; 0 for no limit", 6000, { min: 0 }),
  queue: text("redis://host:6379", "queue whose workers carry out jobs", undefined, {
    defaultText: "the service itself",
  }),
  storage: text("folder", "folder that the queue's workers share with the service; runs, data and models lie in it"),
  cors: words("origins of web pages that may use the service", undefined, { expects: "origin,origin" }),
  hosts: words("further host names of the service", undefined, { expects: "name,name" }),
  proxies: words("addresses of proxies whose X-Forwarded-For is trusted", undefined, { expects: "address,address" }),
  grace: number("seconds to finish running work when the service stops", 60, { min: 0 }),
  log: choice(["errors", "requests", "none"], "what is logged, as JSON lines on stderr", "errors"),
  tracing: flag("send traces by OpenTelemetry, whose OTEL_ variables say where to", undefined, {
    defaultText: "whether these variables are set",
  }),
};

/** Options of `worker`. */
export const workerOptions: OptionTable = setBy(["cli"], {
  ...queueAddress,
  concurrency: integer("jobs at a time, each in a process", 1, { min: 1, max: 256 }),
  cache: text("folder", "folder for what is fetched from storages", undefined, {
    defaultText: "queue in the cache folder for lookonce",
  }),
  grace: number("seconds to finish jobs when it is stopped; the others are handed back", 60, { min: 0 }),
  metrics: text("port", "port, or address:port, of health and measurements for Prometheus"),
  ...device,
});

/** Options of `jobs`. */
export const jobsOptions: OptionTable = setBy(["cli"], {
  ...queueAddress,
  cancel: text("run", "run to cancel"),
  retry: text("run", "run whose failed jobs are tried again, or all"),
});

/** Options of `cfg`. */
export const cfgOptions: OptionTable = setBy(["cli"], {
  command: text("command", 'command to show, such as train or "data check"; copy writes lookonce.yaml', undefined, {
    defaultText: "all",
  }),
  format: choice(["yaml", "table"], "how to show them", "yaml"),
  output: text("file.yaml", "file to write instead of printing"),
});

/** Options of `schema`. */
export const schemaOptions: OptionTable = setBy(["cli"], {
  of: choice(
    ["settings", "recipe", "data", "model", "tracker"],
    "files that the schema is for: cfg=, hyp=, data=, model=, tracker=",
  ),
  output: text("folder", "folder to write all schemas to, instead of printing"),
});

/** Shells that completions are written for. */
export const shells = ["bash", "zsh", "fish"] as const;

/** Options of `completion`. */
export const completionOptions: OptionTable = setBy(["cli"], {
  shell: choice(shells, "shell that the script is for", undefined, { required: true }),
});

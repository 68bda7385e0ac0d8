import type { OptionTable } from "./option.ts";
import { data, device, imgsz, model, onnxRuntimeDevices, outputDirectory } from "./shared-options.ts";

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
  split: { type: "text", expects: "name", help: "split of the data set", default: "train" },
  model: { type: "text", expects: "file", help: "a YOLOv5 model to compare with" },
  n: { type: "integer", help: "number of anchors", defaultText: "as many as the model has, or 9", min: 1 },
  ...imgsz,
  anchor_t: { type: "number", help: "largest ratio of a box's side to an anchor's", default: 4, min: 1 },
  gen: { type: "integer", help: "generations of the genetic algorithm after k-means", default: 1000, min: 0 },
  seed: { type: "integer", help: "seed of the search", default: 0, min: 0 },
};

/** Options of `info`. */
export const infoOptions: OptionTable = {
  ...model,
  ...imgsz,
  detailed: { type: "boolean", help: "also every parameter tensor, with its mean and deviation", default: false },
  vs: { type: "text", expects: "file", help: "another model to compare with", setBy: ["cli"] },
  graph: {
    type: "text",
    expects: "folder",
    help: "folder to write the graph into, for TensorBoard and Netron",
    setBy: ["cli"],
  },
};

/** Options of `benchmark`. */
export const benchmarkOptions: OptionTable = {
  model: { ...model.model, type: "text", help: "weights or a model file", setBy: ["cli", "library"] },
  data: { type: "text", expects: "file", help: "data set to measure mAP on", required: true },
  split: { type: "choice", choices: ["val", "test", "train"], help: "split of the data set", default: "val" },
  ...imgsz,
  format: {
    type: "words",
    choices: benchmarkFormats,
    help: "formats to measure, with commas between",
    defaultText: "all but tfjs-half and tfjs-int8",
  },
  device: {
    type: "words",
    choices: onnxRuntimeDevices,
    help: "devices, with commas between",
    defaultText: "all that work",
  },
  fraction: { type: "number", help: "share of the images to use", default: 1, min: 0, max: 1 },
  threads: { ...device.threads, type: "integer", help: "processor threads", setBy: ["cli", "library"] },
  file: { type: "text", expects: "folder", help: "folder to keep the exports in", defaultText: "none" },
};

/** Options of `benchmark sppf`. */
export const benchmarkSppfOptions: OptionTable = {
  passes: { type: "integer", help: "timed passes of each", default: 100, min: 1 },
  ...device,
};

/** Options of `quickstart`. */
export const quickstartOptions: OptionTable = {
  project: { ...outputDirectory("").project, type: "text", help: "folder for results" },
  name: {
    type: "text",
    expects: "name",
    help: "subfolder; a number is added if it exists",
    default: "quickstart",
  },
  ...device,
};

/** Options of `serve`. */
export const serveOptions: OptionTable = {
  model: { type: "words", expects: "a.pt,b.onnx", help: "models to load at the start; the first is the default one" },
  port: { type: "integer", help: "port to listen on; 0 for a free one", default: 8080, min: 0, max: 65_535 },
  host: {
    type: "text",
    expects: "address",
    help: "address to listen on; any but this machine's own needs a key",
    default: "127.0.0.1",
  },
  key: {
    type: "text",
    expects: "key",
    help: "API key, or sha256: and its hash",
    defaultText: "LOOKONCE_KEY of the environment",
  },
  models: { type: "words", expects: "folder,folder", help: "folders that requests may load models from" },
  data: { type: "words", expects: "folder,folder", help: "folders with data sets that requests may train on" },
  runs: { type: "text", expects: "folder", help: "folder for trainings", default: "runs" },
  ...imgsz,
  max_imgsz: { type: "integer", help: "largest imgsz that requests may ask for", default: 1280, min: 32 },
  rect: {
    type: "boolean",
    help: "pad images only to the next multiple of the stride, not to a square",
    default: true,
  },
  device: { type: "choice", choices: ["auto", ...onnxRuntimeDevices], help: "where to compute", default: "cpu" },
  workers: {
    type: "integer",
    help: "inference workers",
    defaultText: "one per two cores, at most 4",
    min: 1,
    max: 64,
  },
  threads: {
    type: "integer",
    help: "processor threads of a worker",
    defaultText: "the cores divided among the workers",
    min: 1,
  },
  batch: { type: "integer", help: "maximum images per batch", default: 4, min: 1, max: 64 },
  window: {
    type: "number",
    help: "milliseconds that an image waits for a batch to fill while the workers are busy",
    default: 2,
    min: 0,
    max: 1000,
  },
  queue: { type: "integer", help: "maximum images that wait; more are refused", default: 256, min: 1 },
  timeout: { type: "number", help: "seconds after which a request times out", default: 30, min: 0.1 },
  max_body: { type: "number", help: "maximum MiB of a request", default: 32, min: 0.001 },
  max_images: { type: "integer", help: "maximum images of a request", default: 32, min: 1 },
  max_pixels: { type: "number", help: "maximum millions of pixels of an image", default: 50, min: 0.001 },
  max_models: { type: "integer", help: "maximum models loaded at a time", default: 8, min: 1 },
  rate: { type: "integer", help: "requests a minute from one address; 0 for no limit", default: 6000, min: 0 },
  cors: { type: "words", expects: "origin,origin", help: "origins of web pages that may use the service" },
  hosts: { type: "words", expects: "name,name", help: "further host names of the service" },
  proxies: {
    type: "words",
    expects: "address,address",
    help: "addresses of proxies whose X-Forwarded-For is trusted",
  },
  grace: { type: "number", help: "seconds to finish running work when the service stops", default: 60, min: 0 },
  log: {
    type: "choice",
    choices: ["errors", "requests", "none"],
    help: "what is logged, as JSON lines on stderr",
    default: "errors",
  },
};

/** Options of `cfg`. */
export const cfgOptions: OptionTable = {
  command: {
    type: "text",
    expects: "command",
    help: 'command to show, such as train or "data check"; copy writes lookonce.yaml',
    defaultText: "all",
    setBy: ["cli"],
  },
  format: { type: "choice", choices: ["yaml", "table"], help: "how to show them", default: "yaml", setBy: ["cli"] },
  output: { type: "text", expects: "file.yaml", help: "file to write instead of printing", setBy: ["cli"] },
};

/** Options of `schema`. */
export const schemaOptions: OptionTable = {
  of: {
    type: "choice",
    choices: ["settings", "recipe", "data", "model"],
    help: "files that the schema is for: cfg=, hyp=, data=, model=",
    setBy: ["cli"],
  },
  output: {
    type: "text",
    expects: "folder",
    help: "folder to write all schemas to, instead of printing",
    setBy: ["cli"],
  },
};

/** Shells that completions are written for. */
export const shells = ["bash", "zsh", "fish"] as const;

/** Options of `completion`. */
export const completionOptions: OptionTable = {
  shell: { type: "choice", choices: shells, help: "shell that the script is for", required: true, setBy: ["cli"] },
};

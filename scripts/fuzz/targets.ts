import type { Target } from "./target.ts";

const checkpoints = (): Promise<typeof import("./targets/checkpoints.ts")> => import("./targets/checkpoints.ts");
const graphs = (): Promise<typeof import("./targets/graphs.ts")> => import("./targets/graphs.ts");
const documents = (): Promise<typeof import("./targets/documents.ts")> => import("./targets/documents.ts");
const datasets = (): Promise<typeof import("./targets/datasets.ts")> => import("./targets/datasets.ts");
const annotations = (): Promise<typeof import("./targets/annotations.ts")> => import("./targets/annotations.ts");
const images = (): Promise<typeof import("./targets/images.ts")> => import("./targets/images.ts");

type Targets = Readonly<Record<string, () => Promise<Target>>>;

/** Readers of binary files, in which most damage is possible; each target loads only what it needs. */
export const binaryTargets: Targets = {
  pt: async () => (await checkpoints()).pt,
  "legacy-pt": async () => (await checkpoints()).legacyPt,
  zip: async () => (await checkpoints()).zip,
  safetensors: async () => (await checkpoints()).safetensors,
  "training-state": async () => (await checkpoints()).trainingState,
  onnx: async () => (await graphs()).onnx,
  "graph-weights": async () => (await graphs()).graphWeights,
  "saved-model": async () => (await graphs()).savedModel,
  "label-cache": async () => (await datasets()).labelCache,
  "image-header": async () => (await images()).imageHeader,
  jpeg: async () => (await images()).jpeg,
  png: async () => (await images()).png,
  webp: async () => (await images()).webp,
  gif: async () => (await images()).gif,
  tiff: async () => (await images()).tiff,
  avif: async () => (await images()).avif,
  bmp: async () => (await images()).bmp,
};

/** Every reader of files from strangers. */
export const fileTargets: Targets = {
  ...binaryTargets,
  "cmyk-jpeg": async () => (await images()).cmykJpeg,
  "model-json": async () => (await graphs()).modelJson,
  "graph-model": async () => (await graphs()).graphModel,
  "data-yaml": async () => (await documents()).dataYaml,
  "model-yaml": async () => (await documents()).modelYaml,
  "hyp-yaml": async () => (await documents()).hypYaml,
  "settings-yaml": async () => (await documents()).settingsYaml,
  "results-csv": async () => (await documents()).resultsCsv,
  "args-yaml": async () => (await documents()).argsYaml,
  "evolve-json": async () => (await documents()).evolveJson,
  labels: async () => (await datasets()).labels,
  "coco-json": async () => (await datasets()).cocoJson,
  "voc-xml": async () => (await datasets()).vocXml,
  "cvat-xml": async () => (await annotations()).cvatXml,
  "label-studio-json": async () => (await annotations()).labelStudioJson,
  "labelme-json": async () => (await annotations()).labelMeJson,
  "open-images-csv": async () => (await annotations()).openImagesCsv,
  "metadata-jsonl": async () => (await annotations()).metadataJsonl,
};

/** What answers requests from strangers. */
export const serviceTargets: Targets = {
  service: async () => (await import("./targets/service.ts")).service,
};

/** All that the fuzzer tries, by name. */
export const targets: Targets = { ...fileTargets, ...serviceTargets };

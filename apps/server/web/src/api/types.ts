/** A box that was found, in pixels of the image. */
export interface FoundBox {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  confidence: number;
  class: number;
  name: string;
}

/** Milliseconds by stage. */
export interface Speed {
  preprocess: number;
  inference: number;
  postprocess: number;
}

/** What was found in an image. */
export interface FoundImage {
  width: number;
  height: number;
  speed: Speed;
  boxes: FoundBox[];
}

/** The service's word on a fault. */
export interface Fault {
  code: string;
  message: string;
}

/** The answer to `POST /v1/predict`. */
export interface PredictAnswer {
  model: string;
  images: (FoundImage | { error: Fault })[];
  queue_ms: number;
  total_ms: number;
}

/** A model that the service has loaded. */
export interface Model {
  id: string;
  file: string;
  family: string | null;
  nc: number | null;
  names: string[];
  imgsz: number;
  stride: number | null;
  /** Null for exported models. */
  parameters: number | null;
  /** False while it is being loaded or unloaded. */
  loaded: boolean;
  default: boolean;
}

/** The answer to `GET /v1/models`. */
export interface ModelList {
  models: Model[];
  available: { file: string }[];
}

/** A layer of a model and what it costs. */
export interface LayerSummary {
  index: number;
  from: number | number[];
  repeats: number;
  name: string;
  parameters: number;
  args: unknown[];
  shape: number[] | number[][];
  macs: number;
}

/** YOLOv8's head: a box branch and a class branch on every level. */
export interface AnchorFreeHead {
  family: "v8";
  parameters: number;
  nc: number;
  regMax: number;
  c2: number;
  c3: number;
  rule: { c2: number; c3: number };
  dfl: number;
  levels: { stride: number; channels: number; box: number; class: number }[];
}

/** YOLOv5's head: one 1×1 convolution on every level. */
export interface AnchorBasedHead {
  family: "v5";
  parameters: number;
  nc: number;
  anchors: number;
  outputs: number;
  levels: { stride: number; channels: number; parameters: number }[];
}

/** What a model is made of. */
export interface ModelInfo {
  parameters: number;
  layers: number;
  gflops: number;
  strides: number[];
  imgsz: number;
  head: AnchorFreeHead | AnchorBasedHead;
  modules: LayerSummary[];
}

/** Where a job stands. */
export type JobState = "queued" | "running" | "succeeded" | "failed" | "canceled" | "interrupted";

/** A file that a job wrote. */
export interface Artifact {
  name: string;
  bytes: number;
  type: string;
}

/** How far a job is; all count from 1. */
export interface Progress {
  epoch?: number;
  epochs?: number;
  batch?: number;
  batches?: number;
}

/** A training, a validation or an export. */
export interface Job {
  id: string;
  kind: "train" | "val" | "export";
  state: JobState;
  created: string;
  started?: string;
  ended?: string;
  model: string;
  data?: string;
  options: Record<string, unknown>;
  /** Its folder among the runs, once it began. */
  run?: string;
  progress?: Progress;
  result?: Record<string, unknown>;
  error?: Fault;
  /** Only for a single job, not in lists. */
  artifacts?: Artifact[];
}

/** A training in the list of runs. */
export interface RunEntry {
  name: string;
  created: string;
  epochs: number;
  best?: Record<string, number>;
}

/** A training with its curves and files. */
export interface Run {
  name: string;
  args: Record<string, unknown>;
  columns: string[];
  rows: (number | null)[][];
  images: string[];
}

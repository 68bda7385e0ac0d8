import { type ErrorCode, LookonceError } from "@lookonce/errors";
import type { DetectOptions, Image, ModelInfo } from "lookonce";

/** How every worker runs its models. */
export interface WorkerSettings {
  /** Threads of ONNX Runtime in each worker; its own choice where missing. */
  threads?: number;
  device?: "auto" | "cpu" | "webgpu" | "cuda";
  /** Pad images only as far as the stride needs, not to a square. */
  rect: boolean;
}

/** What a worker is asked to do. */
export interface WorkerTasks {
  /** Loads a model under a key and looks at a gray image once, so that the first real one need not wait. */
  load: { request: { model: string; file: string; imgsz: number }; answer: LoadedModel };
  unload: { request: { model: string }; answer: undefined };
  /** Layers and parameters of a model. */
  describe: { request: { model: string; imgsz: number }; answer: ModelInfo };
  /** Looks at images that the network takes at the same size. */
  detect: { request: DetectRequest; answer: DetectAnswer[] };
}

export type TaskName = keyof WorkerTasks;

export interface DetectRequest {
  model: string;
  imgsz: number;
  images: DecodedImage[];
}

/** A model as a worker knows it. */
export interface LoadedModel {
  family: string;
  names: readonly string[];
  stride: number;
  /** Size that images are letterboxed to at most. */
  imgsz: readonly [height: number, width: number];
  /** Parameters; files in other programs' formats do not tell. */
  parameters?: number;
}

/** What was found in one image, or why it could not be looked at. */
export type DetectAnswer = FoundImage | { error: SentError };

export interface FoundImage {
  width: number;
  height: number;
  speed: { preprocess: number; inference: number; postprocess: number };
  boxes: {
    x1: number;
    y1: number;
    x2: number;
    y2: number;
    confidence: number;
    class: number;
    name: string;
  }[];
}

/** An image with what it is to be looked at for. */
export interface DecodedImage {
  image: Image;
  options: DetectOptions;
}

/** A task on its way to a worker. */
export type SentTask = { [K in TaskName]: { id: number; task: K; request: WorkerTasks[K]["request"] } }[TaskName];

/** A worker's answer. */
export type SentAnswer = { id: number; answer: unknown } | { id: number; error: SentError };

/** An error as it crosses from one thread to another, which keeps neither its class nor its code. */
export interface SentError {
  code?: ErrorCode;
  message: string;
  stack?: string;
}

export function sendError(error: unknown): SentError {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack } = error;
  return {
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(error instanceof LookonceError ? { code: error.code } : {}),
  };
}

export function receiveError({ code, message, stack }: SentError): Error {
  if (code !== undefined) return new LookonceError(code, message);
  return Object.assign(new Error(message), stack === undefined ? {} : { stack });
}

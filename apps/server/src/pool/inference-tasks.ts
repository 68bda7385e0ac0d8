import type { OnnxRuntimeDevice } from "@lookonce/config";
import type { SentError } from "@lookonce/errors";
import type { DetectOptions, FrameMotion, Image, ModelInfo, PlainResults } from "@lookonce/yolo";

/** How every worker runs its models. */
export interface WorkerSettings {
  /** Threads of ONNX Runtime in each worker; its own choice where missing. */
  threads?: number;
  device?: OnnxRuntimeDevice | "auto";
  /** Pad images only as far as the stride needs, not to a square. */
  rect: boolean;
  /** Whether duplicates are suppressed where requests do not say. */
  nms: boolean;
  /** Maximum pixels of an image. */
  maxPixels: number;
}

/** Tasks of an inference process. */
export interface InferenceTasks {
  /** Loads a model under a key and runs it on a gray image once, so that the first real one need not wait. */
  load: { request: LoadRequest; response: LoadedModel };
  unload: { request: { model: string }; response: undefined };
  describe: { request: { model: string; imgsz: number }; response: ModelInfo };
  /** Is answered when the network's thread is free. */
  ping: { request: undefined; response: undefined };
  /** Detects objects in images that have the same size for the network. */
  detect: { request: DetectRequest<SentContent>; response: DetectAnswer[] };
}

/** Tasks of the thread that runs the network in an inference process. */
export interface ThreadTasks extends Omit<InferenceTasks, "detect"> {
  detect: { request: DetectRequest<DecodedImage>; response: DetectAnswer[] };
}

export interface LoadRequest {
  model: string;
  file: string;
  /** Default: that of the model's task. */
  imgsz: number | undefined;
}

export interface DetectRequest<I> {
  model: string;
  imgsz: number;
  /** Whether duplicates are suppressed; otherwise the model's one-to-one branch predicts. */
  nms: boolean;
  images: readonly I[];
}

/** An image as it came with a request. */
export interface SentContent {
  /** Its file, or its pixels where they were decoded before. */
  readonly content: Uint8Array | Image;
  readonly options: DetectOptions;
  /** Asks how the camera moved since another frame. */
  readonly motion?: MotionRequest;
  /** Asks how each object looks. */
  readonly appearance?: boolean;
}

/** Asks how the camera moved; of the first frame of a sequence there is none before. */
export interface MotionRequest {
  before?: FrameMotion["gray"];
}

export interface DecodedImage {
  image: Image;
  options: DetectOptions;
}

/** A model as a worker knows it. */
export interface LoadedModel {
  /** What it predicts: `detect`, `segment`, `pose`, `obb`, `classify`. */
  task: string;
  family: string;
  names: readonly string[];
  stride: number;
  /** Size that images are letterboxed to at most. */
  imgsz: readonly [height: number, width: number];
  /** Branches of its head, or the one that an exported file has; only `one2one` predicts without suppression. */
  branches: readonly string[];
  /** Parameters; absent for files in other programs' formats. */
  parameters?: number;
}

/** The objects in one image, or why it could not be processed. */
export type DetectAnswer = FoundImage | { error: SentError };

export interface FoundImage extends Pick<PlainResults, "width" | "height" | "boxes" | "top5"> {
  speed: { preprocess: number; inference: number; postprocess: number };
  /** How the camera moved, where that was asked. */
  motion?: FrameMotion;
  /** How each object looks, where that was asked: as many numbers a box. */
  features?: Float32Array;
}

import { dealImages } from "../project/deal-images.ts";
import type { Project } from "../project/project.ts";
import tinyModel from "./yolov8t.yaml?raw";

/** How much images are changed while a model learns from them. */
export const augmentations = ["full", "light", "none"] as const;
export type Augmentation = (typeof augmentations)[number];

/** What a person chooses of a training. */
export interface TrainSettings {
  /** `yolov8t.yaml` or another model file, or the path of stored weights. */
  readonly start: string;
  /** Longer side of the images, in pixels. */
  readonly imgsz: number;
  readonly epochs: number;
  readonly batch: number;
  /** Learning rate at first. */
  readonly lr0: number;
  readonly augmentation: Augmentation;
  /** Epochs without a better one after which it stops. */
  readonly patience: number;
  readonly device: "auto" | "cpu" | "webgpu";
}

/** A model that is trained from random weights. */
export interface ModelFile {
  readonly file: string;
  readonly title: string;
  /** What it is good for. */
  readonly hint: string;
  /** Its text, where it is the studio's own. */
  readonly text?: string;
}

export const modelFiles: readonly ModelFile[] = [
  { file: "yolov8t.yaml", title: "Tiny", hint: "1.8 million weights: minutes on any computer", text: tinyModel },
  { file: "yolov8n.yaml", title: "YOLOv8n", hint: "3.2 million weights" },
  { file: "yolo11n.yaml", title: "YOLO11n", hint: "2.6 million weights" },
  { file: "yolo26n.yaml", title: "YOLO26n", hint: "2.6 million weights, needs no suppression" },
];

/** Sides to choose from: multiples of every model's stride. */
export const sides: readonly number[] = [96, 160, 224, 320, 416, 512, 640];

/** Whether a training starts from random weights. */
export function isFromScratch(start: string): boolean {
  return start.endsWith(".yaml");
}

/** Optimizer steps after which a small data set is learned, from random weights and from trained ones. */
const [stepsFromScratch, stepsFromWeights] = [600, 200];

/**
 * Settings that suit a data set: small batches, images as large as they are but at most 320 pixels, and as many epochs as learn
 * about as much whatever the number of images is.
 */
export function defaultSettings(project: Project, start: string): TrainSettings {
  const batch = 8;
  const trained = [...dealImages(project).values()].filter((split) => split === "train").length;
  const steps = Math.max(1, Math.ceil(trained / batch));
  const isNew = isFromScratch(start);
  const epochs = Math.min(200, Math.max(10, Math.round((isNew ? stepsFromScratch : stepsFromWeights) / steps)));
  const longest = Math.max(0, ...project.images.map(({ width, height }) => Math.max(width, height)));
  const imgsz = sides.find((side) => side >= Math.min(longest, 320)) ?? 320;
  return {
    ...{ start, imgsz, epochs, batch, lr0: isNew ? 0.005 : 0.001 },
    ...{ augmentation: "light", patience: 50, device: "auto" },
  };
}

/** Changes that only some augmentations make. */
const unchanged = { hsv_h: 0, hsv_s: 0, hsv_v: 0, translate: 0, scale: 0, fliplr: 0 };

const augmentationRecipes: Readonly<Record<Augmentation, Readonly<Record<string, number>>>> = {
  full: {},
  light: { mosaic: 0 },
  none: { mosaic: 0, ...unchanged },
};

/** What differs from the family's recipe: it is for long trainings with large batches, these are short and small. */
export function recipeOf({ batch, lr0, augmentation }: TrainSettings): Readonly<Record<string, number | string>> {
  return {
    ...{ optimizer: "AdamW", lr0, momentum: 0.9, nbs: batch },
    ...{ warmup_epochs: 1, warmup_iterations: 8, warmup_bias_lr: 0 },
    ...augmentationRecipes[augmentation],
  };
}

import { familySettings, hypPresets, makeRecipe, type RecipeOf, type TaskName } from "@lookonce/config";
import { type ModelConfig, parseModelConfig } from "@lookonce/nn";

/** Settings of a run, to be handed to `train` as they are. */
export interface ShapesRecipe {
  epochs: number;
  imgsz: number;
  batch: number;
  recipe: RecipeOf<"v8">;
}

const shapesHyp = {
  ...hypPresets["v8-no-augmentation"],
  nbs: 8,
  optimizer: "AdamW",
  lr0: 0.006,
  momentum: 0.9,
  warmup_epochs: 1,
  warmup_iterations: 40,
  warmup_bias_lr: 0,
  cls: 1,
  ema_decay: 0.98,
  ema_tau: 60,
} as const;

/**
 * Learns the shapes of `generateShapes` (320 images of 160 × 160, the default) from random weights in a minute or two
 * on two cores. Small batches for many steps, AdamW for fast ones, a short memory of the average for a short run, and a
 * higher class gain, since finding the five shapes is easier than classifying them.
 */
export const shapesRecipe: Readonly<ShapesRecipe> = {
  epochs: 14,
  imgsz: 160,
  batch: 8,
  recipe: makeRecipe(familySettings.v8, shapesHyp),
};

/** Outlines, corners and angles need a few epochs more than boxes alone. */
const longer: Readonly<ShapesRecipe> = { ...shapesRecipe, epochs: 16 };

/** Small images with one shape each, of which nothing says where it is: more of them, in many steps, some mirrored. */
const classes: Readonly<ShapesRecipe> = {
  epochs: 28,
  imgsz: 64,
  batch: 16,
  recipe: makeRecipe(familySettings.v8, { ...shapesHyp, nbs: 16, lr0: 0.002, fliplr: 0.5, flipud: 0.5 }),
};

/** A quickstart's task: what is made, how it learns, and which score counts. */
export interface ShapesTask {
  /** Name of the model's file. */
  file: string;
  /** What is made, for people, and what it finds. */
  model: string;
  finds: string;
  recipe: Readonly<ShapesRecipe>;
  /** How many are drawn. Default 320 and 80. */
  images?: { train: number; val: number };
  /** Name of the score that counts, of the task's table. */
  score: string;
  /** The head's row: its inputs, module and arguments. Absent: the classifier's, which has the last row of the backbone. */
  head?: readonly [from: readonly number[], repeats: number, module: string, args: readonly unknown[]];
  /** Further keys of the model's file. */
  keys?: Readonly<Record<string, unknown>>;
}

const levels = [9, 12] as const;

/** Rows between backbone and head. */
const neck: readonly unknown[] = [
  [-1, 1, "Upsample", [null, 2, "nearest"]],
  [[-1, 4], 1, "Concat", [1]],
  [-1, 3, "C2f", [256]],
  [-1, 1, "Conv", [256, 3, 2]],
  [[-1, 6], 1, "Concat", [1]],
  [-1, 3, "C2f", [512]],
];

/** The tasks of quickstarts. */
export const shapesTasks: Readonly<Record<TaskName, ShapesTask>> = {
  detect: {
    file: "yolov8t-shapes.yaml",
    model: "detector",
    finds: "detections",
    recipe: shapesRecipe,
    score: "mAP50",
    head: [levels, 1, "Detect", ["nc"]],
  },
  segment: {
    file: "yolov8t-shapes-seg.yaml",
    model: "segmentation model",
    finds: "masks",
    recipe: longer,
    score: "mask mAP50",
    head: [levels, 1, "Segment", ["nc", 32, 256]],
  },
  pose: {
    file: "yolov8t-shapes-pose.yaml",
    model: "pose model",
    finds: "shapes with their corners",
    recipe: longer,
    score: "pose mAP50",
    head: [levels, 1, "Pose", ["nc", "kpt_shape"]],
    keys: { kpt_shape: [5, 3] },
  },
  obb: {
    file: "yolov8t-shapes-obb.yaml",
    model: "detector of oriented boxes",
    finds: "oriented boxes",
    recipe: longer,
    score: "mAP50",
    head: [levels, 1, "OBB", ["nc", 1]],
  },
  classify: {
    file: "yolov8t-shapes-cls.yaml",
    model: "classifier",
    finds: "classes",
    recipe: classes,
    images: { train: 1600, val: 200 },
    score: "top1",
  },
};

/**
 * A YOLOv8 for images of about 160 pixels: without the level of stride 32, whose objects would fill the image, and
 * with 8 bins a side, since no box is longer than 16 cells. A classifier is its backbone.
 *
 * @param nc number of classes
 */
export function shapesModel(nc: number, task: TaskName = "detect"): ModelConfig {
  const { file, head, keys = {} } = shapesTasks[task];
  return parseModelConfig(
    {
      nc,
      ...keys,
      reg_max: 8,
      scales: { t: [0.33, 0.1875, 1024] },
      backbone: [
        [-1, 1, "Conv", [64, 3, 2]],
        [-1, 1, "Conv", [128, 3, 2]],
        [-1, 3, "C2f", [128, true]],
        [-1, 1, "Conv", [256, 3, 2]],
        [-1, 6, "C2f", [256, true]],
        [-1, 1, "Conv", [512, 3, 2]],
        [-1, 3, "C2f", [512, true]],
      ],
      head: head === undefined ? [[-1, 1, "Classify", ["nc"]]] : [...neck, head],
    },
    { name: file, scale: "t" },
  );
}

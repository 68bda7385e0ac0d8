import {
  familySettings,
  hypPresets,
  makeRecipe,
  type QuickstartModel,
  type RecipeOf,
  type TaskName,
  taskNames,
} from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
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
  /** What comes after the name of the model's file. */
  suffix: string;
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

/** The tasks of quickstarts. */
export const shapesTasks: Readonly<Record<TaskName, ShapesTask>> = {
  detect: {
    suffix: "",
    model: "detector",
    finds: "detections",
    recipe: shapesRecipe,
    score: "mAP50",
    head: [levels, 1, "Detect", ["nc"]],
  },
  segment: {
    suffix: "-seg",
    model: "segmentation model",
    finds: "masks",
    recipe: longer,
    score: "mask mAP50",
    head: [levels, 1, "Segment", ["nc", 32, 256]],
  },
  pose: {
    suffix: "-pose",
    model: "pose model",
    finds: "shapes with their corners",
    recipe: longer,
    score: "pose mAP50",
    head: [levels, 1, "Pose", ["nc", "kpt_shape"]],
    keys: { kpt_shape: [5, 3] },
  },
  obb: {
    suffix: "-obb",
    model: "detector of oriented boxes",
    finds: "oriented boxes",
    recipe: longer,
    score: "mAP50",
    head: [levels, 1, "OBB", ["nc", 1]],
  },
  classify: {
    suffix: "-cls",
    model: "classifier",
    finds: "classes",
    recipe: classes,
    images: { train: 1600, val: 200 },
    score: "top1",
  },
};

/** What the small models of quickstarts differ in. */
interface ShapesFamily {
  /** Name of the model's file without task. */
  file: string;
  tasks: readonly TaskName[];
  /** A stage's row: its repeats and width, and whether its links add their input. */
  stage(repeats: number, width: number, shortcut?: boolean): readonly unknown[];
  keys: Readonly<Record<string, unknown>>;
  /** Whether the head has a branch for detections without suppression. Default false. */
  endToEnd?: boolean;
}

/** The families of small models, by their names as option `model`. */
const shapesFamilies: Readonly<Record<QuickstartModel, ShapesFamily>> = {
  yolov8: {
    file: "yolov8t-shapes",
    tasks: taskNames,
    stage: (repeats, width, shortcut = false) => [-1, repeats, "C2f", [width, shortcut]],
    // No box is longer than 16 cells.
    keys: { reg_max: 8 },
  },
  yolo26: {
    file: "yolo26t-shapes",
    tasks: ["detect"],
    stage: (repeats, width) => [-1, repeats, "C3k2", [width, false, 0.5]],
    keys: { reg_max: 1, end2end: true },
    endToEnd: true,
  },
};

/**
 * The family of a quickstart's model.
 *
 * @throws LookonceError `ARGUMENT` for a task that no model of the family is trained for here
 */
export function shapesFamilyOf(model: QuickstartModel, task: TaskName): ShapesFamily {
  const family = shapesFamilies[model];
  if (family.tasks.includes(task)) return family;
  throw new LookonceError(
    "ARGUMENT",
    `quickstart trains ${model} for ${family.tasks.join(", ")}, not for ${task}: leave model out, or choose another task`,
  );
}

/** What {@link shapesModel} makes. */
export interface ShapesModelOptions {
  /** Default `detect`. */
  task?: TaskName;
  /** Default `yolov8`. */
  model?: QuickstartModel;
}

/**
 * A YOLO for images of about 160 pixels: without the level of stride 32, whose objects would fill the image. A classifier is
 * its backbone.
 *
 * @param nc number of classes
 * @throws LookonceError `ARGUMENT` for a task that no model of the family is trained for here
 */
export function shapesModel(nc: number, { task = "detect", model = "yolov8" }: ShapesModelOptions = {}): ModelConfig {
  const { suffix, head, keys = {} } = shapesTasks[task];
  const { file, stage, keys: ofFamily } = shapesFamilyOf(model, task);
  const neck = [
    [-1, 1, "Upsample", [null, 2, "nearest"]],
    [[-1, 4], 1, "Concat", [1]],
    stage(3, 256),
    [-1, 1, "Conv", [256, 3, 2]],
    [[-1, 6], 1, "Concat", [1]],
    stage(3, 512),
  ];
  return parseModelConfig(
    {
      nc,
      ...keys,
      ...ofFamily,
      scales: { t: [0.33, 0.1875, 1024] },
      backbone: [
        [-1, 1, "Conv", [64, 3, 2]],
        [-1, 1, "Conv", [128, 3, 2]],
        stage(3, 128, true),
        [-1, 1, "Conv", [256, 3, 2]],
        stage(6, 256, true),
        [-1, 1, "Conv", [512, 3, 2]],
        stage(3, 512, true),
      ],
      head: head === undefined ? [[-1, 1, "Classify", ["nc"]]] : [...neck, head],
    },
    { name: `${file}${suffix}.yaml`, scale: "t" },
  );
}

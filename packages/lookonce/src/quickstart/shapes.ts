import { familySettings, hypPresets, makeRecipe, type RecipeOf } from "@lookonce/config";
import { type ModelConfig, parseModelConfig } from "@lookonce/nn";

/** Settings of a run, to be handed to `train` as they are. */
export interface ShapesRecipe {
  epochs: number;
  imgsz: number;
  batch: number;
  recipe: RecipeOf<"v8">;
}

/**
 * Learns the shapes of `generateShapes` (320 images of 160 × 160, the default) from random weights in a minute or two
 * on two cores. Small batches for many steps, AdamW for fast ones, a short memory of the average for a short run, and a
 * higher class gain, since finding the five shapes is easier than classifying them.
 */
export const shapesRecipe: Readonly<ShapesRecipe> = {
  epochs: 14,
  imgsz: 160,
  batch: 8,
  recipe: makeRecipe(familySettings.v8, {
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
  }),
};

/**
 * A YOLOv8 for images of about 160 pixels: without the level of stride 32, whose objects would fill the image, and
 * with 8 bins a side, since no box is longer than 16 cells.
 *
 * @param nc number of classes
 */
export function shapesModel(nc: number): ModelConfig {
  return parseModelConfig(
    {
      nc,
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
      head: [
        [-1, 1, "Upsample", [null, 2, "nearest"]],
        [[-1, 4], 1, "Concat", [1]],
        [-1, 3, "C2f", [256]],
        [-1, 1, "Conv", [256, 3, 2]],
        [[-1, 6], 1, "Concat", [1]],
        [-1, 3, "C2f", [512]],
        [[9, 12], 1, "Detect", ["nc"]],
      ],
    },
    { name: "yolov8t-shapes.yaml", scale: "t" },
  );
}

import { balanceModes, optimizerNames } from "../recipe/recipe.ts";
import type { Option, OptionSetter, OptionTable } from "./option.ts";

type Range = Partial<Pick<Option, "min" | "max" | "setBy" | "defaultText">>;

const share = { max: 1 } as const;
const library: { setBy: readonly OptionSetter[] } = { setBy: ["library"] };

/** What a number of the recipe is for; defaults are added below. */
const numbers: Readonly<Record<string, readonly [help: string, range?: Range]>> = {
  lr0: ["learning rate after warm-up"],
  lrf: ["final learning rate as a fraction of lr0", share],
  momentum: ["momentum of SGD, β₁ of Adam", { max: 0.9999 }],
  weight_decay: ["weight decay"],
  warmup_epochs: ["epochs of warm-up"],
  warmup_momentum: ["momentum at the start of warm-up", { max: 0.9999 }],
  warmup_bias_lr: ["learning rate of biases at the start of warm-up"],
  nbs: ["nominal batch size: gradients of smaller batches are accumulated up to it", { min: 1 }],
  box: ["gain of the box loss"],
  cls: ["gain of the class loss"],
  dfl: ["gain of the distribution focal loss"],
  obj: ["gain of the objectness loss"],
  cls_pw: ["weight of positives in the class loss"],
  obj_pw: ["weight of positives in the objectness loss"],
  fl_gamma: ["exponent of the focal loss; 0 turns it off"],
  iou_t: [
    "IoU from which a box counts as trained; without effect, kept because hyper-parameter files have it",
    library,
  ],
  anchor_t: ["largest ratio of a target's side to an anchor's"],
  anchors: ["anchors per level, fitted to the data set (YOLOv5)", { min: 1, defaultText: "the model's own" }],
  label_smoothing: ["label smoothing (YOLOv5)", { ...share, defaultText: "0" }],
  hsv_h: ["largest change of hue, as a fraction of the color circle", share],
  hsv_s: ["largest change of saturation, as a fraction of it", share],
  hsv_v: ["largest change of brightness, as a fraction of it", share],
  degrees: ["largest rotation, in degrees"],
  translate: ["largest translation as a fraction of the side"],
  scale: ["largest change of scale: factors are from 1 − scale to 1 + scale"],
  shear: ["largest shear, in degrees"],
  perspective: ["largest perspective coefficient per pixel; up to 0.001 is sensible"],
  flipud: ["probability of a vertical flip", share],
  fliplr: ["probability of a horizontal flip", share],
  bgr: ["probability of swapping red and blue", share],
  mosaic: ["probability of a mosaic", share],
  mixup: ["probability of MixUp", share],
  cutmix: ["probability of CutMix", share],
  copy_paste: ["probability that objects with outlines are copied", share],
  close_mosaic: ["last epochs without mosaic"],
  warmup_iterations: [
    "minimum iterations of warm-up: 100 in YOLOv8 8.3; 0 (8.4) has no minimum and never warms up in the last epoch",
  ],
  clip: ["largest global norm of the gradients; 0 does not clip", library],
  ema_decay: ["decay of the weights' moving average (EMA); 0 turns it off", { ...share, ...library }],
  ema_tau: ["optimizer steps over which the decay ramps up", library],
};

const words: OptionTable = {
  optimizer: { type: "choice", choices: ["auto", ...optimizerNames], label: "Optimizer", help: "optimizer" },
  cos_lr: { type: "boolean", help: "let the learning rate fall along a cosine" },
  balance: { type: "choice", choices: balanceModes, help: "weights of the levels' objectness loss" },
  copy_paste_mode: {
    type: "choice",
    choices: ["flip", "mixup"],
    help: "where copied objects come from: the mirrored image, or another one",
  },
};

const labels: Readonly<Record<string, string>> = { lr0: "Learning rate" };

/**
 * The keys of recipes: hyper-parameters under the names of YOLO's files, and training settings. A family whose recipe does
 * not have a key refuses it.
 */
export const recipeOptions: OptionTable = Object.fromEntries(
  ["optimizer", "lr0", "lrf", "cos_lr", ...Object.keys({ ...numbers, ...words })].map((key) => [
    key,
    recipeOption(key),
  ]),
);

function recipeOption(key: string): Option {
  const [help, range] = numbers[key] ?? [];
  const option: Option = words[key] ?? { type: "number", help: help as string, min: 0, ...range };
  const label = labels[key];
  return {
    ...option,
    ...(label === undefined ? {} : { label }),
    group: "recipe",
    default: ({ recipe }) => (recipe as Readonly<Record<string, string | number | boolean | undefined>>)[key],
  };
}

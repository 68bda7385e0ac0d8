import { autoAugmentPolicies, balanceModes, optimizerNames } from "../recipe/recipe.ts";
import { choice, flag, integer, number } from "./define.ts";
import type { Option, OptionTable } from "./option.ts";

/** A number from 0 on, unless its range says otherwise. */
function amount(
  help: string,
  range?: Partial<Pick<Option, "min" | "max" | "setBy" | "defaultText" | "label">>,
): Option {
  return number(help, undefined, { min: 0, ...range });
}

function share(help: string, details?: Pick<Option, "setBy" | "defaultText">): Option {
  return amount(help, { max: 1, ...details });
}

const library = { setBy: ["library"] } as const;

/** What the keys of recipes are for; defaults are added below. */
const keys: OptionTable = {
  optimizer: choice(["auto", ...optimizerNames], "optimizer", undefined, { label: "Optimizer" }),
  lr0: amount("learning rate after warm-up", { label: "Learning rate" }),
  lrf: share("final learning rate as a fraction of lr0"),
  cos_lr: flag("let the learning rate fall along a cosine"),
  momentum: amount("momentum of SGD, β₁ of Adam", { max: 0.9999 }),
  weight_decay: amount("weight decay"),
  warmup_epochs: amount("epochs of warm-up"),
  warmup_momentum: amount("momentum at the start of warm-up", { max: 0.9999 }),
  warmup_bias_lr: amount("learning rate of biases at the start of warm-up"),
  nbs: amount("nominal batch size: gradients of smaller batches are accumulated up to it", { min: 1 }),
  box: amount("gain of the box loss"),
  cls: amount("gain of the class loss"),
  dfl: amount("gain of the distribution focal loss"),
  pose: amount("gain of the keypoints' loss"),
  kobj: amount("gain of the keypoints' visibility"),
  obj: amount("gain of the objectness loss"),
  cls_pw: amount("weight of positives in the class loss"),
  obj_pw: amount("weight of positives in the objectness loss"),
  fl_gamma: amount("exponent of the focal loss; 0 turns it off"),
  iou_t: amount(
    "IoU from which a box counts as trained; without effect, kept because hyper-parameter files have it",
    library,
  ),
  anchor_t: amount("largest ratio of a target's side to an anchor's"),
  anchors: amount("anchors per level, fitted to the data set (YOLOv5)", { min: 1, defaultText: "the model's own" }),
  label_smoothing: share("label smoothing (YOLOv5)", { defaultText: "0" }),
  hsv_h: share("largest change of hue, as a fraction of the color circle"),
  hsv_s: share("largest change of saturation, as a fraction of it"),
  hsv_v: share("largest change of brightness, as a fraction of it"),
  degrees: amount("largest rotation, in degrees"),
  translate: amount("largest translation as a fraction of the side"),
  scale: amount("largest change of scale: factors are from 1 − scale to 1 + scale"),
  shear: amount("largest shear, in degrees"),
  perspective: amount("largest perspective coefficient per pixel; up to 0.001 is sensible"),
  flipud: share("probability of a vertical flip"),
  fliplr: share("probability of a horizontal flip"),
  bgr: share("probability of swapping red and blue"),
  mosaic: share("probability of a mosaic"),
  mixup: share("probability of MixUp"),
  cutmix: share("probability of CutMix"),
  copy_paste: share("probability that objects with outlines are copied"),
  auto_augment: choice(autoAugmentPolicies, "policy of color and geometry changes (classify)", undefined, {
    aliases: { false: "none" },
  }),
  erasing: amount("probability that a part of the image is erased (classify)", { max: 0.9 }),
  close_mosaic: amount("last epochs without mosaic"),
  warmup_iterations: amount(
    "minimum iterations of warm-up: 100 in YOLOv8 8.3; 0 (8.4) has no minimum and never warms up in the last epoch",
  ),
  overlap_mask: flag("masks of an image share one map, smaller objects on top; otherwise each object has its own"),
  mask_ratio: integer("how many times smaller than the images masks are that are learned", undefined, { min: 1 }),
  dropout: amount("share of the features that classification drops while training", { max: 0.99 }),
  clip: amount("largest global norm of the gradients; 0 does not clip", library),
  ema_decay: share("decay of the weights' moving average (EMA); 0 turns it off", library),
  ema_tau: amount("optimizer steps over which the decay ramps up", library),
  balance: choice(balanceModes, "weights of the levels' objectness loss"),
  copy_paste_mode: choice(["flip", "mixup"], "where copied objects come from: the mirrored image, or another one"),
};

/**
 * The keys of recipes: hyper-parameters under the names of YOLO's files, and training settings. A family whose recipe does
 * not have a key refuses it.
 */
export const recipeOptions: OptionTable = Object.fromEntries(
  Object.entries(keys).map(([key, option]): [string, Option] => {
    const byFamily: Option["default"] = ({ recipe }) =>
      (recipe as Readonly<Record<string, string | number | boolean | undefined>>)[key];
    return [key, { ...option, group: "recipe", default: byFamily }];
  }),
);

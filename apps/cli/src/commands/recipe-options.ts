import { choice, flag, number, type Option, type OptionTable } from "../options/option.ts";

const optimizers = ["auto", "SGD", "Adam", "AdamW", "NAdam", "RAdam", "RMSProp"] as const;

/** A number of the recipe; without it, the family's own holds. */
function hyper(help: string, limits: { min?: number; max?: number } = {}): Option<number | undefined> {
  return number({ help, fallback: undefined, min: 0, ...limits });
}

const share = { max: 1 };

/**
 * Settings of the recipe, under the names of YOLO's hyper-parameter files. Defaults are the trainer's: in brackets
 * YOLOv8's, and YOLOv5's where it is another.
 */
export const recipeOptions: OptionTable = {
  optimizer: choice(optimizers, { help: "optimizer (auto; SGD)", fallback: undefined }),
  lr0: hyper("learning rate after warm-up (0.01)"),
  lrf: hyper("last rate as a share of lr0 (0.01)", share),
  cos_lr: flag({ help: "let rates fall along a cosine (false)", fallback: undefined }),
  momentum: hyper("momentum, Adam's β₁ (0.937)", { max: 0.9999 }),
  weight_decay: hyper("decay of weights (0.0005)"),
  warmup_epochs: hyper("epochs of warm-up (3)"),
  warmup_momentum: hyper("momentum it starts from (0.8)", { max: 0.9999 }),
  warmup_bias_lr: hyper("rate of biases it starts from (0.1)"),
  nbs: hyper("nominal batch: gradients of smaller ones are summed up to it (64)", { min: 1 }),
  box: hyper("gain of the box loss (7.5; 0.05)"),
  cls: hyper("gain of the class loss (0.5)"),
  dfl: hyper("gain of the distribution focal loss (1.5; none)"),
  obj: hyper("gain of the objectness loss (none; 1)"),
  cls_pw: hyper("weight of positives in the class loss (none; 1)"),
  obj_pw: hyper("weight of positives in the objectness loss (none; 1)"),
  fl_gamma: hyper("power of the focal loss (none; 0)"),
  anchor_t: hyper("largest ratio of a target's side to an anchor's (none; 4)"),
  anchors: hyper("anchors on each level, fitted to the data set (none; the model's own)", { min: 1 }),
  label_smoothing: hyper("label smoothing (none; 0)", share),
  balance: choice(["fixed", "auto", "learned"], {
    help: "weights of the levels' objectness (none; fixed)",
    fallback: undefined,
  }),
  hsv_h: hyper("largest change of hue (0.015)", share),
  hsv_s: hyper("largest change of saturation (0.7)", share),
  hsv_v: hyper("largest change of brightness (0.4)", share),
  degrees: hyper("largest rotation in degrees (0)"),
  translate: hyper("largest shift as a share of the side (0.1)"),
  scale: hyper("largest change of scale (0.5)"),
  shear: hyper("largest shear in degrees (0)"),
  perspective: hyper("largest perspective coefficient (0)"),
  flipud: hyper("probability of a flip upside down (0)", share),
  fliplr: hyper("probability of a flip left to right (0.5)", share),
  bgr: hyper("probability of swapped red and blue (0; none)", share),
  mosaic: hyper("probability of a mosaic (1)", share),
  mixup: hyper("probability of a mixup (0)", share),
  cutmix: hyper("probability of a CutMix (0; none)", share),
  copy_paste: hyper("probability that outlined objects are copied (0)", share),
  copy_paste_mode: choice(["flip", "mixup"], { help: "where copies come from (flip; none)", fallback: undefined }),
  close_mosaic: hyper("last epochs without mosaics (10; 0)"),
};

/** The values of these options that are given. */
export function givenRecipe(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(recipeOptions).flatMap((key) => (values[key] === undefined ? [] : [[key, values[key]]])),
  );
}

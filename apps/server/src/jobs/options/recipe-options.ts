import type { Option, OptionTable } from "./option.ts";

/** A number of the recipe; what may be above 1 has no upper limit here. */
function hyper(help: string, limits: { min?: number; max?: number } = {}): Option {
  return { is: "number", min: 0, help, ...limits };
}

const share = { max: 1 };

/** Hyper-parameters, under the names of YOLO's files; without one, that of the model's family holds. */
export const recipeOptions: OptionTable = {
  optimizer: {
    is: "choice",
    of: ["auto", "SGD", "Adam", "AdamW", "NAdam", "RAdam", "RMSProp"],
    help: "optimizer",
  },
  lr0: hyper("learning rate after warm-up"),
  lrf: hyper("last rate as a share of lr0", share),
  cos_lr: { is: "flag", help: "let rates fall along a cosine" },
  momentum: hyper("momentum, Adam's β₁", { max: 0.9999 }),
  weight_decay: hyper("decay of weights"),
  warmup_epochs: hyper("epochs of warm-up"),
  warmup_momentum: hyper("momentum that warm-up starts from", { max: 0.9999 }),
  warmup_bias_lr: hyper("rate of biases that warm-up starts from"),
  nbs: hyper("nominal batch: gradients of smaller ones are summed up to it", { min: 1 }),
  box: hyper("gain of the box loss"),
  cls: hyper("gain of the class loss"),
  dfl: hyper("gain of the distribution focal loss (YOLOv8)"),
  obj: hyper("gain of the objectness loss (YOLOv5)"),
  cls_pw: hyper("weight of positives in the class loss (YOLOv5)"),
  obj_pw: hyper("weight of positives in the objectness loss (YOLOv5)"),
  fl_gamma: hyper("power of the focal loss (YOLOv5)"),
  anchor_t: hyper("largest ratio of a target's side to an anchor's (YOLOv5)"),
  anchors: hyper("anchors on each level, fitted to the data set (YOLOv5)", { min: 1 }),
  label_smoothing: hyper("label smoothing (YOLOv5)", share),
  balance: { is: "choice", of: ["fixed", "auto", "learned"], help: "weights of the levels' objectness (YOLOv5)" },
  hsv_h: hyper("largest change of hue", share),
  hsv_s: hyper("largest change of saturation", share),
  hsv_v: hyper("largest change of brightness", share),
  degrees: hyper("largest rotation in degrees"),
  translate: hyper("largest shift as a share of the side"),
  scale: hyper("largest change of scale"),
  shear: hyper("largest shear in degrees"),
  perspective: hyper("largest perspective coefficient"),
  flipud: hyper("probability of a flip upside down", share),
  fliplr: hyper("probability of a flip left to right", share),
  bgr: hyper("probability of swapped red and blue (YOLOv8)", share),
  mosaic: hyper("probability of a mosaic", share),
  mixup: hyper("probability of a mixup", share),
  cutmix: hyper("probability of a CutMix (YOLOv8)", share),
  copy_paste: hyper("probability that outlined objects are copied", share),
  copy_paste_mode: { is: "choice", of: ["flip", "mixup"], help: "where copies come from (YOLOv8)" },
  close_mosaic: hyper("last epochs without mosaics"),
};

/**
 * Hyper-parameters of augmentation that YOLOv5's and YOLOv8's files share, by their YAML names.
 *
 * Ranges are those that {@link parseHyp} accepts.
 */
export interface AugmentationHyp {
  /** Largest turn of the hue as a share of the full circle (YOLOv8) or of the hue itself (YOLOv5); 0 to 1. */
  hsv_h: number;
  /** Largest change of the saturation as a share of it, 0 to 1. */
  hsv_s: number;
  /** Largest change of the value (brightness) as a share of it, 0 to 1. */
  hsv_v: number;
  /** Largest rotation to either side, in degrees. */
  degrees: number;
  /** Largest shift to either side, as a share of the image's side. */
  translate: number;
  /** Largest change of the scale: factors are drawn from 1 − scale to 1 + scale. */
  scale: number;
  /** Largest shear to either side, in degrees. */
  shear: number;
  /** Largest perspective coefficient, per pixel; 0 to 0.001 is sensible. */
  perspective: number;
  /** Probability of a flip upside down. */
  flipud: number;
  /** Probability of a flip left to right. */
  fliplr: number;
  /** Probability of a mosaic. */
  mosaic: number;
  /** Probability of a mixup. */
  mixup: number;
  /** Probability that an object with an outline is copied. */
  copy_paste: number;
}

/** Hyper-parameters of the optimizer that both families' files share. */
export interface OptimizerHyp {
  /** Learning rate after warm-up. */
  lr0: number;
  /** The last epoch's rate as a share of `lr0`. */
  lrf: number;
  /** Momentum of SGD, β₁ of Adam. */
  momentum: number;
  weight_decay: number;
  warmup_epochs: number;
  warmup_momentum: number;
  warmup_bias_lr: number;
}

/** What a YOLOv5 hyper-parameter file holds (6.1 and 7.0). */
export interface V5Hyp extends OptimizerHyp, AugmentationHyp {
  /** Gain of the box loss. */
  box: number;
  /** Gain of the class loss. */
  cls: number;
  /** Weight of positives in the class loss. */
  cls_pw: number;
  /** Gain of the objectness loss. */
  obj: number;
  /** Weight of positives in the objectness loss. */
  obj_pw: number;
  /** IoU from which a box counts as trained; without effect in 6.1 and 7.0, kept because the files have it. */
  iou_t: number;
  /** Largest ratio of a target's side to an anchor's that still matches. */
  anchor_t: number;
  /** Exponent of the focal loss; 0 is none. */
  fl_gamma: number;
  /** Anchors per map that AutoAnchor shall find; absent means the model's own. */
  anchors?: number;
  /** Label smoothing; absent means none. */
  label_smoothing?: number;
}

/** YOLOv8's hyper-parameters of detection (8.3). */
export interface V8Hyp extends OptimizerHyp, AugmentationHyp {
  /** Gain of the box loss. */
  box: number;
  /** Gain of the class loss. */
  cls: number;
  /** Gain of the distribution focal loss. */
  dfl: number;
  /** Nominal batch size that gradients are gathered up to. */
  nbs: number;
  /** Probability that red and blue change places. */
  bgr: number;
  /** Probability of a CutMix. */
  cutmix: number;
  /** Where copied objects come from: the mirrored image, or another one. */
  copy_paste_mode: CopyPasteMode;
}

/** Where CopyPaste takes its objects from: `flip`, the mirrored image itself; `mixup`, another image. */
export type CopyPasteMode = "flip" | "mixup";

/** The hyper-parameters of each family. */
export interface HypFamilies {
  v5: V5Hyp;
  v8: V8Hyp;
}

/** A family of hyper-parameter files. */
export type HypFamily = keyof HypFamilies;

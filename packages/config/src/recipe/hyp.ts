import type { RecipeArgs } from "../generated/option-types.ts";

type Values = Required<RecipeArgs>;

/** Hyper-parameters of augmentation that YOLOv5's and YOLOv8's files share, by their YAML names. */
export type AugmentationHyp = Pick<
  Values,
  | ("hsv_h" | "hsv_s" | "hsv_v")
  | ("degrees" | "translate" | "scale" | "shear" | "perspective")
  | ("flipud" | "fliplr" | "mosaic" | "mixup" | "copy_paste")
>;

/** Hyper-parameters of the optimizer that both families' files share. */
export type OptimizerHyp = Pick<
  Values,
  "lr0" | "lrf" | "momentum" | "weight_decay" | "warmup_epochs" | "warmup_momentum" | "warmup_bias_lr"
>;

/** The contents of a YOLOv5 hyper-parameter file (6.1 and 7.0). */
export interface V5Hyp
  extends OptimizerHyp,
    AugmentationHyp,
    Pick<Values, "box" | "cls" | "cls_pw" | "obj" | "obj_pw" | "iou_t" | "anchor_t" | "fl_gamma">,
    Pick<RecipeArgs, "anchors" | "label_smoothing"> {}

/** YOLOv8's hyper-parameters (8.3). */
export interface V8Hyp
  extends OptimizerHyp,
    AugmentationHyp,
    Pick<
      Values,
      | ("box" | "cls" | "dfl" | "pose" | "kobj" | "nbs" | "bgr" | "cutmix")
      | ("copy_paste_mode" | "auto_augment" | "erasing")
    > {}

/** The hyper-parameters of each family. */
export interface HypFamilies {
  v5: V5Hyp;
  v8: V8Hyp;
}

/** A family of hyper-parameter files. */
export type HypFamily = keyof HypFamilies;

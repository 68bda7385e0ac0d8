import { didYouMean, LookonceError } from "@lookonce/errors";
import type { AugmentationHyp, OptimizerHyp, V5Hyp, V8Hyp } from "./hyp.ts";

/** No transform of {@link AugmentationHyp} ever happens. */
const still: Readonly<AugmentationHyp> = {
  hsv_h: 0,
  hsv_s: 0,
  hsv_v: 0,
  degrees: 0,
  translate: 0,
  scale: 0,
  shear: 0,
  perspective: 0,
  flipud: 0,
  fliplr: 0,
  mosaic: 0,
  mixup: 0,
  copy_paste: 0,
};

/** What YOLOv5's and YOLOv8's defaults have in common. */
const shared: Readonly<OptimizerHyp & AugmentationHyp> = {
  ...still,
  lr0: 0.01,
  lrf: 0.01,
  momentum: 0.937,
  weight_decay: 0.0005,
  warmup_epochs: 3,
  warmup_momentum: 0.8,
  warmup_bias_lr: 0.1,
  hsv_h: 0.015,
  hsv_s: 0.7,
  hsv_v: 0.4,
  translate: 0.1,
  scale: 0.5,
  fliplr: 0.5,
  mosaic: 1,
};

/** YOLOv5's `hyp.scratch-low.yaml`: for small models trained from scratch, and its default. */
const v5ScratchLow: Readonly<V5Hyp> = {
  ...shared,
  box: 0.05,
  cls: 0.5,
  cls_pw: 1,
  obj: 1,
  obj_pw: 1,
  iou_t: 0.2,
  anchor_t: 4,
  fl_gamma: 0,
};

const v5ScratchMed: Readonly<V5Hyp> = { ...v5ScratchLow, lrf: 0.1, cls: 0.3, obj: 0.7, scale: 0.9, mixup: 0.1 };

/** YOLOv8's defaults (8.3). */
const v8: Readonly<V8Hyp> = {
  ...shared,
  box: 7.5,
  cls: 0.5,
  dfl: 1.5,
  pose: 12,
  kobj: 1,
  nbs: 64,
  bgr: 0,
  cutmix: 0,
  copy_paste_mode: "flip",
  auto_augment: "randaugment",
  erasing: 0.4,
};

type V5Preset = `v5-${"scratch-low" | "scratch-med" | "scratch-high" | "voc" | "objects365" | "no-augmentation"}`;
type V8Preset = "v8" | "v8-no-augmentation";

/**
 * The hyper-parameters that YOLOv5 (7.0; `no-augmentation` is of a later release) ships as files, by the files' names,
 * and YOLOv8's defaults (8.3), with YOLOv8's counterpart of `no-augmentation`.
 */
export const hypPresets: Readonly<Record<V5Preset, Readonly<V5Hyp>> & Record<V8Preset, Readonly<V8Hyp>>> = {
  "v5-scratch-low": v5ScratchLow,
  "v5-scratch-med": v5ScratchMed,
  "v5-scratch-high": { ...v5ScratchMed, copy_paste: 0.1 },
  "v5-voc": {
    ...v5ScratchLow,
    lr0: 0.00334,
    lrf: 0.15135,
    momentum: 0.74832,
    weight_decay: 0.00025,
    warmup_epochs: 3.3835,
    warmup_momentum: 0.59462,
    warmup_bias_lr: 0.18657,
    box: 0.02,
    cls: 0.21638,
    cls_pw: 0.5,
    obj: 0.51728,
    obj_pw: 0.67198,
    anchor_t: 3.3744,
    hsv_h: 0.01041,
    hsv_s: 0.54703,
    hsv_v: 0.27739,
    translate: 0.04591,
    scale: 0.75544,
    mosaic: 0.85834,
    mixup: 0.04266,
    anchors: 3.412,
  },
  "v5-objects365": {
    ...v5ScratchLow,
    lr0: 0.00258,
    lrf: 0.17,
    momentum: 0.779,
    weight_decay: 0.00058,
    warmup_epochs: 1.33,
    warmup_momentum: 0.86,
    warmup_bias_lr: 0.0711,
    box: 0.0539,
    cls: 0.299,
    cls_pw: 0.825,
    obj: 0.632,
    anchor_t: 3.44,
    anchors: 3.2,
    hsv_h: 0.0188,
    hsv_s: 0.704,
    hsv_v: 0.36,
    translate: 0.0902,
    scale: 0.491,
  },
  "v5-no-augmentation": { ...v5ScratchMed, ...still },
  v8,
  "v8-no-augmentation": { ...v8, ...still, auto_augment: "none", erasing: 0 },
};

/** The name of one of {@link hypPresets}. */
export type HypPreset = keyof typeof hypPresets;

/** The kind of hyper-parameters that a preset's name promises. */
export type PresetHyp<Name extends string> = Name extends `v5-${string}` ? V5Hyp : V8Hyp;

/**
 * A preset by name, to be changed at will.
 *
 * @throws LookonceError `ARGUMENT` for a name that is none of {@link hypPresets}
 */
export function hypPreset<Name extends HypPreset>(name: Name): PresetHyp<Name>;
export function hypPreset(name: string): V5Hyp | V8Hyp;
export function hypPreset(name: string): V5Hyp | V8Hyp {
  if (Object.hasOwn(hypPresets, name)) return { ...hypPresets[name as HypPreset] };
  const known = Object.keys(hypPresets);
  throw new LookonceError(
    "ARGUMENT",
    `There is no hyper-parameter preset "${name}"; there are ${known.join(", ")}.${didYouMean(name, known)}`,
  );
}

import type { HypFamily } from "@lookonce/augment";

/** How a hyper-parameter may change. */
export interface SearchRange {
  /** How readily it changes; 0 keeps it as it is, within its limits. */
  gain: number;
  lower: number;
  upper: number;
}

/** The hyper-parameters that are evolved, by their names. */
export type SearchSpace = Readonly<Record<string, SearchRange>>;

/** What both families share; the last three are gain, lower and upper limit. */
const shared = [
  ["lr0", 1, 1e-5, 0.1],
  ["weight_decay", 1, 0, 0.001],
  ["warmup_epochs", 1, 0, 5],
  ["warmup_momentum", 1, 0, 0.95],
  ["cls", 1, 0.2, 4],
  ["hsv_h", 1, 0, 0.1],
  ["hsv_s", 1, 0, 0.9],
  ["hsv_v", 1, 0, 0.9],
  ["degrees", 1, 0, 45],
  ["translate", 1, 0, 0.9],
  ["shear", 1, 0, 10],
  ["flipud", 1, 0, 1],
  ["mosaic", 1, 0, 1],
  ["mixup", 1, 0, 1],
  ["copy_paste", 1, 0, 1],
] as const;

/** YOLOv5's own (7.0). */
const v5 = [
  ["lrf", 1, 0.01, 1],
  ["momentum", 0.3, 0.6, 0.98],
  ["warmup_bias_lr", 1, 0, 0.2],
  ["box", 1, 0.02, 0.2],
  ["cls_pw", 1, 0.5, 2],
  ["obj", 1, 0.2, 4],
  ["obj_pw", 1, 0.5, 2],
  ["iou_t", 0, 0.1, 0.7],
  ["anchor_t", 1, 2, 8],
  ["anchors", 2, 2, 10],
  ["fl_gamma", 0, 0, 2],
  ["scale", 1, 0, 0.9],
  ["perspective", 0, 0, 0.001],
  ["fliplr", 0, 0, 1],
] as const;

/** YOLOv8's own (8.3). */
const v8 = [
  ["lrf", 1, 0.0001, 0.1],
  ["momentum", 0.3, 0.7, 0.98],
  ["box", 1, 1, 20],
  ["dfl", 1, 0.4, 6],
  ["scale", 1, 0, 0.95],
  ["perspective", 1, 0, 0.001],
  ["fliplr", 1, 0, 1],
  ["bgr", 1, 0, 1],
  ["cutmix", 1, 0, 1],
] as const;

type Row = readonly [key: string, gain: number, lower: number, upper: number];

function spaceOf(...rows: readonly Row[]): SearchSpace {
  return Object.fromEntries(rows.map(([key, gain, lower, upper]) => [key, { gain, lower, upper }]));
}

/** What `evolve` changes: YOLOv5's table (7.0) and the search space of YOLOv8's tuner (8.3). */
export const searchSpaces: Readonly<Record<HypFamily, SearchSpace>> = {
  v5: spaceOf(...shared, ...v5),
  v8: spaceOf(...shared, ...v8),
};

import { choice, flag, integer, numbers, setBy, text, words } from "./define.ts";
import type { OptionTable } from "./option.ts";
import { data, imgsz, outputDirectory, seed, trainSplit } from "./shared-options.ts";

const all = { defaultText: "all" };

/** Options of `data check`. */
export const dataCheckOptions: OptionTable = {
  ...data,
  splits: words("splits to check, such as train,val", undefined, all),
  ...setBy(["cli"], { show: integer("problems to print per split; --json prints all", 10, { min: 0 }) }),
};

/** Options of `data stats`. */
export const dataStatsOptions: OptionTable = {
  ...data,
  ...trainSplit,
  ...setBy(["cli"], { show: integer("classes and sizes to print; --json prints all", 100, { min: 0 }) }),
  ...outputDirectory("data-stats"),
};

/** Options of `data sample`. */
export const dataSampleOptions: OptionTable = {
  ...data,
  ...trainSplit,
  n: integer("number of images", 16, { min: 1, max: 400 }),
  augment: text("preset", "hyper-parameters to augment with: v8, v5-scratch-low, v5-voc, … or none", "v8", {
    libraryDefault: "none",
  }),
  hyp: text("file.yaml", "hyper-parameter file of the preset's family, instead of it"),
  ...imgsz("side of the augmented images, in pixels"),
  ...seed("seed of the choice of images and of augmentation"),
  ...outputDirectory("data-sample"),
};

/** Options of `data convert`. */
export const dataConvertOptions: OptionTable = {
  annotations: text("path", "COCO's file, or VOC's folder of XML files", undefined, { required: true }),
  images: text("folder", "folder of the images (required unless save_images=none)"),
  output: text("folder", "folder for the data set; another split can be added to it", undefined, { required: true }),
  split: choice(["train", "val", "test"], "split of the data set", "train"),
  from: choice(["auto", "coco", "voc"], "format of the annotations; auto is COCO for a file, VOC for a folder", "auto"),
  save_images: choice(["link", "copy", "none"], "link images (needs no space), copy them, or leave them", "link"),
  polygons: flag("COCO: write outlines where there are any, not just boxes", false),
  list: text("file.txt", "VOC: list of the files to convert"),
  classes: words("VOC: classes to convert, in the order of their numbers", undefined, all),
  difficult: flag("VOC: also convert objects marked as difficult", false),
};

/** Options of `data split`. */
export const dataSplitOptions: OptionTable = {
  images: text("folder", "folder of the images; the lists are written beside it", undefined, { required: true }),
  weights: numbers("shares of train, val and test", undefined, { defaultText: "0.9,0.1,0", min: 0 }),
  ...seed("seed of the split"),
  annotated_only: flag("leave out images without labels", false),
};

/** Options of `data shapes`. */
export const dataShapesOptions: OptionTable = {
  output: text("folder", "folder to write to: new, or one of shapes", "shapes"),
  train: integer("training images", 320, { min: 1 }),
  val: integer("validation images", 80, { min: 1 }),
  size: integer("side of the images, in pixels", 160, { min: 32 }),
  classes: words("of circle, square, triangle, star, cross", undefined, all),
  ...seed("seed of the images"),
};

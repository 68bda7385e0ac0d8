import type { OptionTable } from "./option.ts";
import { data, imgsz, outputDirectory } from "./shared-options.ts";

const seed = (help: string): OptionTable => ({ seed: { type: "integer", help, default: 0, min: 0 } });

const split: OptionTable = {
  split: { type: "text", expects: "name", help: "split of the data set", default: "train" },
};

/** Options of `data check`. */
export const dataCheckOptions: OptionTable = {
  ...data,
  splits: { type: "words", help: "splits to check, such as train,val", defaultText: "all" },
  show: {
    type: "integer",
    help: "problems to print per split; --json prints all",
    default: 10,
    min: 0,
    setBy: ["cli"],
  },
};

/** Options of `data stats`. */
export const dataStatsOptions: OptionTable = {
  ...data,
  ...split,
  show: {
    type: "integer",
    help: "classes and sizes to print; --json prints all",
    default: 100,
    min: 0,
    setBy: ["cli"],
  },
  ...outputDirectory("data-stats"),
};

/** Options of `data sample`. */
export const dataSampleOptions: OptionTable = {
  ...data,
  ...split,
  n: { type: "integer", help: "number of images", default: 16, min: 1, max: 400 },
  augment: {
    type: "text",
    expects: "preset",
    help: "hyper-parameters to augment with: v8, v5-scratch-low, v5-voc, … or none",
    default: "v8",
    libraryDefault: "none",
  },
  hyp: { type: "text", expects: "file.yaml", help: "hyper-parameter file of the preset's family, instead of it" },
  imgsz: { ...imgsz.imgsz, type: "integer", help: "side of the augmented images, in pixels" },
  ...seed("seed of the choice of images and of augmentation"),
  ...outputDirectory("data-sample"),
};

/** Options of `data convert`. */
export const dataConvertOptions: OptionTable = {
  annotations: { type: "text", expects: "path", help: "COCO's file, or VOC's folder of XML files", required: true },
  images: { type: "text", expects: "folder", help: "folder of the images (required unless save_images=none)" },
  output: {
    type: "text",
    expects: "folder",
    help: "folder for the data set; another split can be added to it",
    required: true,
  },
  split: { type: "choice", choices: ["train", "val", "test"], help: "split of the data set", default: "train" },
  from: {
    type: "choice",
    choices: ["auto", "coco", "voc"],
    help: "format of the annotations; auto is COCO for a file, VOC for a folder",
    default: "auto",
  },
  save_images: {
    type: "choice",
    choices: ["link", "copy", "none"],
    help: "link images (needs no space), copy them, or leave them",
    default: "link",
  },
  polygons: { type: "boolean", help: "COCO: write outlines where there are any, not just boxes", default: false },
  list: { type: "text", expects: "file.txt", help: "VOC: list of the files to convert" },
  classes: { type: "words", help: "VOC: classes to convert, in the order of their numbers", defaultText: "all" },
  difficult: { type: "boolean", help: "VOC: also convert objects marked as difficult", default: false },
};

/** Options of `data split`. */
export const dataSplitOptions: OptionTable = {
  images: {
    type: "text",
    expects: "folder",
    help: "folder of the images; the lists are written beside it",
    required: true,
  },
  weights: { type: "numbers", help: "shares of train, val and test", defaultText: "0.9,0.1,0", min: 0 },
  ...seed("seed of the split"),
  annotated_only: { type: "boolean", help: "leave out images without labels", default: false },
};

/** Options of `data shapes`. */
export const dataShapesOptions: OptionTable = {
  output: { type: "text", expects: "folder", help: "folder to write to: new, or one of shapes", default: "shapes" },
  train: { type: "integer", help: "training images", default: 320, min: 1 },
  val: { type: "integer", help: "validation images", default: 80, min: 1 },
  size: { type: "integer", help: "side of the images, in pixels", default: 160, min: 32 },
  classes: { type: "words", help: "of circle, square, triangle, star, cross", defaultText: "all" },
  ...seed("seed of the images"),
};

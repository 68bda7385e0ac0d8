import { taskNames } from "../tasks.ts";
import { choice, flag, integer, numbers, setBy, text, words } from "./define.ts";
import type { OptionTable } from "./option.ts";
import { data, imgsz, outputDirectory, seed, trainSplit } from "./shared-options.ts";

const all = { defaultText: "all" };

const task: OptionTable = {
  task: choice(taskNames, "task whose labels the data set has", undefined, {
    defaultText: "pose with kpt_shape, classify for a folder, else detect",
  }),
};

/** Options of `data check`. */
export const dataCheckOptions: OptionTable = {
  ...data,
  ...task,
  splits: words("splits to check, such as train,val", undefined, all),
  ...setBy(["cli"], {
    show: integer("problems to print per split; --json prints all", 10, { min: 0 }),
    strict: flag("fail, with exit code 1, where an image or label is wrong", false),
  }),
};

/** Options of `data stats`. */
export const dataStatsOptions: OptionTable = {
  ...data,
  ...task,
  ...trainSplit,
  ...setBy(["cli"], { show: integer("classes and sizes to print; --json prints all", 100, { min: 0 }) }),
  ...outputDirectory("data-stats"),
};

/** Options of `data sample`. */
export const dataSampleOptions: OptionTable = {
  ...data,
  ...task,
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

/** The formats of annotations that `data convert` reads and writes, beside masks, which it only reads. */
const annotationFormats = [
  ...["coco", "voc", "dota", "cvat", "label-studio", "labelme"],
  ...["open-images", "hugging-face", "imagefolder"],
];

/** Options of `data convert`. */
export const dataConvertOptions: OptionTable = {
  annotations: text(
    "path",
    "file of COCO, CVAT, Label Studio, Open Images or Hugging Face, or a folder: VOC's XML files, DOTA's text files, LabelMe's JSON files, masks (gray PNG), Parquet files or ImageFolder",
  ),
  images: text(
    "folder",
    "folder of the images (required unless save_images=none, or the annotations have them within or beside them)",
  ),
  output: text(
    "path",
    "folder for the data set, to which splits can be added; with to=, the file or folder",
    undefined,
    {
      required: true,
    },
  ),
  split: choice(["train", "val", "test"], "split of the data set", "train"),
  from: choice(["auto", ...annotationFormats, "masks"], "format of the annotations; auto goes by the files", "auto"),
  to: choice(
    ["yolo", ...annotationFormats],
    "format to write; other than yolo: the labels of the data set data=",
    "yolo",
  ),
  data: text("file.yaml", "data set whose labels are written with to="),
  save_images: choice(["link", "copy", "none"], "link images (needs no space), copy them, or leave them", "link"),
  polygons: flag("write outlines where there are any, not just boxes", false),
  keypoints: flag("write keypoints", false),
  rotated: flag("CVAT, Label Studio, LabelMe, and to=: write oriented boxes", false),
  keypoint_names: words("CVAT, Label Studio, LabelMe: keypoints, in the order of their numbers", undefined, all),
  list: text("file.txt", "VOC, DOTA, masks, LabelMe: list of the files to convert"),
  classes: words("all but COCO: classes to convert, in the order of their numbers", undefined, all),
  difficult: flag("VOC, DOTA, CVAT, LabelMe: also convert objects marked as difficult", false),
};

/** Options of `data split`. */
export const dataSplitOptions: OptionTable = {
  images: text("folder", "folder of the images; the lists are written beside it", undefined, { required: true }),
  weights: numbers("shares of train, val and test", undefined, { defaultText: "0.9,0.1,0", min: 0 }),
  ...seed("seed of the split"),
  annotated_only: flag("leave out images without labels", false),
  by_class: flag("the folder has one for each class: link the images into train/<class> and val/<class>", false),
  output: text("folder", "with by_class: the new folder", undefined, { defaultText: "the folder with _split" }),
};

/** Options of `data shapes`. */
export const dataShapesOptions: OptionTable = {
  output: text("folder", "folder to write to: new, or one of shapes", "shapes"),
  train: integer("training images", 320, { min: 1 }),
  val: integer("validation images", 80, { min: 1 }),
  size: integer("side of the images, in pixels", 160, { min: 32 }),
  task: choice(taskNames, "task whose labels are drawn", undefined, { defaultText: "detect" }),
  classes: words("shapes: circle, square, triangle, star, cross, rectangle, pill, arrow", undefined, {
    defaultText: "those of the task",
  }),
  ...seed("seed of the images"),
};

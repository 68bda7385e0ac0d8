import { hypPresets } from "../recipe/presets.ts";
import { trainingDefaults } from "../recipe/recipe.ts";
import type { FamilySettings } from "./family-settings.ts";
import { searchSpace } from "./search-space.ts";

const hyp = hypPresets["v5-scratch-low"];

/** YOLOv5 (7.0), and YOLOv3 with anchors, which YOLOv5's releases train by the same rules. */
export const v5: FamilySettings<"v5"> = {
  name: "v5",
  title: "YOLOv5",
  nms: { predict: { conf: 0.25, iou: 0.45, maxDet: 300 }, val: { conf: 0.001, iou: 0.6, maxDet: 300 } },
  hasAnchors: true,
  hasObjectness: true,
  outputLayout: "NAC",
  loading: { padding: "exact", shorterSide: "truncate", shrinking: "area" },
  valMaskRatio: 1,
  augmentation: "v5",
  recipe: { ...hyp, ...trainingDefaults, optimizer: "SGD", close_mosaic: 0, balance: "fixed" },
  // The releases train classifiers with a script of their own.
  taskRecipes: {
    classify: {
      ...{ optimizer: "Adam", lr0: 0.001, lrf: 0.01, momentum: 0.9, weight_decay: 5e-5, label_smoothing: 0.1 },
      ...{ warmup_epochs: 0, warmup_iterations: 0 },
    },
  },
  hyp,
  optionalHyps: ["anchors", "label_smoothing"],
  ignoredHyps: [],
  minAssignedSide: false,
  lossNotes: {},
  usesPreviousEpochLr: true,
  groupOrder: ["bias", "weight", "norm"],
  longTrainings: { optimizer: "SGD", warmsToRecipe: false },
  scoring: {
    rules: "7.0",
    clipsBoxes: true,
    confusionConf: 0.25,
    fitness: { map50: 0.1, map50_95: 0.9 },
    raisesMaxDet: false,
  },
  evolution: {
    file: "hyp_evolve.yaml",
    space: searchSpace([
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
    ]),
  },
};

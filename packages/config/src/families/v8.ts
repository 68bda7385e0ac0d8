import { hypPresets } from "../recipe/presets.ts";
import { trainingDefaults } from "../recipe/recipe.ts";
import type { FamilySettings } from "./family-settings.ts";
import { searchSpace } from "./search-space.ts";

const hyp = hypPresets.v8;

/** YOLOv8 (8.3), YOLO11, and other models of its anchor-free head. */
export const v8: FamilySettings<"v8"> = {
  name: "v8",
  title: "YOLOv8",
  nms: { predict: { conf: 0.25, iou: 0.7, maxDet: 300 }, val: { conf: 0.001, iou: 0.7, maxDet: 300 } },
  hasAnchors: false,
  hasObjectness: false,
  outputLayout: "NCA",
  loading: { padding: "rounded", shorterSide: "ceil", shrinking: "bilinear" },
  valMaskRatio: 4,
  augmentation: "v8",
  recipe: { ...hyp, ...trainingDefaults, warmup_iterations: 0, optimizer: "auto", close_mosaic: 10 },
  taskRecipes: {},
  hyp,
  optionalHyps: [],
  ignoredHyps: ["crop_fraction"],
  minAssignedSide: false,
  lossNotes: {},
  usesPreviousEpochLr: false,
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
    file: "best_hyperparameters.yaml",
    space: searchSpace([
      ["lrf", 1, 0.0001, 0.1],
      ["momentum", 0.3, 0.7, 0.98],
      ["box", 1, 1, 20],
      ["dfl", 1, 0.4, 6],
      ["scale", 1, 0, 0.95],
      ["perspective", 1, 0, 0.001],
      ["fliplr", 1, 0, 1],
      ["bgr", 1, 0, 1],
      ["cutmix", 1, 0, 1],
    ]),
  },
};

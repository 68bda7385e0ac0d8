import { familySettings, type HypFamily } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import type { V5CriterionOptions, V8Gains } from "@lookonce/loss";
import type { CriterionOptions, ModelFamily } from "./model-family.ts";
import { recordTable } from "./record-table.ts";

/** Losses of a family by task. */
type Criteria<F extends HypFamily> = Readonly<Record<string, ModelFamily<F>["createCriterion"]>>;

/** Creates the loss of a model's task. */
function byTask<F extends HypFamily>(title: string, criteria: Criteria<F>): ModelFamily<F>["createCriterion"] {
  return (model, options) => {
    const create = Object.hasOwn(criteria, model.task) ? criteria[model.task] : undefined;
    if (create !== undefined) return create(model, options);
    const known = Object.keys(criteria).join(", ");
    throw new LookonceError("ARGUMENT", `${title} has no loss for the task "${model.task}"; it has ${known}.`);
  };
}

function v5Options({ recipe, imgsz }: CriterionOptions<"v5">): V5CriterionOptions {
  const { box, cls, obj, anchor_t, cls_pw, obj_pw, fl_gamma, label_smoothing, balance } = recipe;
  return {
    gains: { box, cls, obj },
    imgsz,
    balance,
    threshold: anchor_t,
    classPositiveWeight: cls_pw,
    objectPositiveWeight: obj_pw,
    focalGamma: fl_gamma,
    labelSmoothing: label_smoothing,
  };
}

const v5: ModelFamily<"v5"> = {
  ...familySettings.v5,
  createCriterion: byTask("YOLOv5", {
    detect: async (model, options) => new (await import("@lookonce/loss")).V5Criterion(model, v5Options(options)),
    segment: async (model, options) => {
      const { V5SegmentCriterion } = await import("@lookonce/loss");
      return new V5SegmentCriterion(model, v5Options(options));
    },
    classify: async (_, { recipe: { label_smoothing } }) => {
      const { ClassifyCriterion } = await import("@lookonce/loss");
      return new ClassifyCriterion({ labelSmoothing: label_smoothing });
    },
  }),
};

function v8Gains({ recipe: { box, cls, dfl } }: CriterionOptions<"v8">): V8Gains {
  return { box, cls, dfl };
}

const v8Criteria = {
  detect: async (model, options) => new (await import("@lookonce/loss")).V8Criterion(model, v8Gains(options)),
  segment: async (model, options) => new (await import("@lookonce/loss")).SegmentCriterion(model, v8Gains(options)),
  pose: async (model, options) => {
    const { pose, kobj } = options.recipe;
    return new (await import("@lookonce/loss")).PoseCriterion(model, { ...v8Gains(options), pose, kobj });
  },
  obb: async (model, options) => new (await import("@lookonce/loss")).ObbCriterion(model, v8Gains(options)),
  classify: async () => new (await import("@lookonce/loss")).ClassifyCriterion(),
} satisfies Criteria<"v8">;

const v8: ModelFamily<"v8"> = {
  ...familySettings.v8,
  createCriterion: byTask("YOLOv8", v8Criteria),
};

const { detect: v8Criterion } = v8Criteria;

const v9: ModelFamily<"v8"> = {
  ...familySettings.v9,
  createCriterion: byTask("YOLOv9", { detect: v8Criterion }),
};

const v10: ModelFamily<"v8"> = {
  ...familySettings.v10,
  createCriterion: byTask("YOLOv10", { detect: v8Criterion }),
};

const v12: ModelFamily<"v8"> = {
  ...familySettings.v12,
  createCriterion: byTask("YOLO12", { detect: v8Criterion }),
};

const v26: ModelFamily<"v8"> = {
  ...familySettings.v26,
  createCriterion: byTask("YOLO26", { detect: v8Criterion, classify: v8Criteria.classify }),
};

const families = recordTable<ModelFamily>("family", [v5, v8, v9, v10, v12, v26]);

/** Returns the record of a family, by `model.family`. @throws LookonceError `ARGUMENT` for one that is not registered */
export const familyOf: (name: string) => ModelFamily = families.get;

/** Adds a family to the table, or replaces the one of this name. */
export const registerFamily: (family: ModelFamily) => void = families.add;

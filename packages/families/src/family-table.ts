import { type FamilySettings, familySettings, type HypFamily } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import type { AssignmentRules, Criterion, V5CriterionOptions, V8Gains } from "@lookonce/loss";
import type { DetectionModel } from "@lookonce/nn";
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

type Losses = typeof import("@lookonce/loss");

/** What the loss of a branch of an anchor-free head is created from. */
interface BranchOptions extends CriterionOptions<"v8"> {
  model: DetectionModel;
  rules: AssignmentRules;
}

/** Losses of a family whose heads have no anchors, by task; of both branches, where a head has two. */
function anchorFreeCriteria({ minAssignedSide }: FamilySettings<"v8">): Criteria<"v8"> {
  const ofBranches = (create: (loss: Losses, options: BranchOptions) => Criterion): Criteria<"v8">[string] => {
    return async (model, options) => {
      const loss = await import("@lookonce/loss");
      return loss.branchedCriterion(model, (rules) => create(loss, { ...options, model, rules }), { minAssignedSide });
    };
  };
  return {
    detect: ofBranches((loss, { model, rules, ...options }) => new loss.V8Criterion(model, v8Gains(options), rules)),
    segment: ofBranches(
      (loss, { model, rules, ...options }) => new loss.SegmentCriterion(model, v8Gains(options), rules),
    ),
    pose: ofBranches((loss, { model, rules, ...options }) => {
      const { pose, kobj } = options.recipe;
      return new loss.PoseCriterion(model, { ...v8Gains(options), pose, kobj }, rules);
    }),
    obb: ofBranches((loss, { model, rules, ...options }) => new loss.ObbCriterion(model, v8Gains(options), rules)),
    classify: async () => new (await import("@lookonce/loss")).ClassifyCriterion(),
  };
}

/** A family whose heads have no anchors. */
function anchorFree(settings: FamilySettings<"v8">): ModelFamily<"v8"> {
  return { ...settings, createCriterion: byTask(settings.title, anchorFreeCriteria(settings)) };
}

const { v5: _, ...anchorFreeSettings } = familySettings;

const families = recordTable<ModelFamily>("family", [v5, ...Object.values(anchorFreeSettings).map(anchorFree)]);

/** Returns the record of a family, by `model.family`. @throws LookonceError `ARGUMENT` for one that is not registered */
export const familyOf: (name: string) => ModelFamily = families.get;

/** Adds a family to the table, or replaces the one of this name. */
export const registerFamily: (family: ModelFamily) => void = families.add;

import { makePlan, type Plan, type PlanOptions } from "./plan.ts";
import { StageMemory } from "./stage-memory.ts";
import { cutStages } from "./stages.ts";
import type { Value } from "./value.ts";

/** A step as the plans that compute it, one after the other. */
export interface StagedPlan {
  readonly stages: readonly {
    readonly plan: Plan;
    /** What each output of the plan is: one of the step's, by its number, or what stands for it in later plans. */
    readonly targets: readonly (number | Value)[];
  }[];
  /** What the stages pass on; missing where there is one. */
  readonly memory?: StageMemory;
  /** Which of the step's outputs stay in the device's memory. */
  readonly resident: ReadonlySet<number>;
}

/** Plans what computes the outputs: as a whole, or cut into stages at sums over ranks. */
export function planStages(outputs: readonly Value[], options: PlanOptions, { isCut }: { isCut: boolean }): StagedPlan {
  const whole = makePlan(outputs, options);
  const cut = isCut ? cutStages(whole.nodes, outputs) : [];
  if (cut.length < 2) {
    return { stages: [{ plan: whole, targets: outputs.map((_, i) => i) }], resident: whole.resident };
  }
  const { group } = options;
  const stages = cut.map(({ results, passed, sums }, stage) => ({
    plan: makePlan([...results.values(), ...passed.keys(), ...sums.map(({ part }) => part)], {
      ...options,
      group: group && `${group} stage ${stage}`,
      // A stage's sums are of gradients of all layers, each of which needs the maps of one.
      inOrder: true,
    }),
    targets: [...results.keys(), ...passed.values(), ...sums.map(({ total }) => total)],
  }));
  const resident = stages.flatMap(({ plan, targets }) =>
    [...plan.resident].flatMap((i) => (typeof targets[i] === "number" ? [targets[i]] : [])),
  );
  const memory = new StageMemory(
    cut,
    stages.map(({ plan }) => plan),
  );
  return { stages, memory, resident: new Set(resident) };
}

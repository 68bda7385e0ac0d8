import { familySettings, type OptimizerName } from "@lookonce/config";
import { describeGolden, expectClose, goldenJson } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { LrScheduler, type ScheduleSettings } from "./lr-scheduler.ts";
import { emaDecay } from "./model-ema.ts";
import { autoOptimizer, groupsOf, makeOptimizer } from "./optimizer/make-optimizer.ts";
import { decays, describeGroup, groupNames } from "./optimizer/parameter-groups.ts";
import { accumulationSteps, type StepSchedule, warmupIterations } from "./warmup.ts";

/** YOLOv8 8.3's: ten epochs of 20 batches, all but the first half of which would be warm-up. */
const settings: ScheduleSettings = {
  epochs: 10,
  iterations: 20,
  lr0: 0.01,
  lrf: 0.01,
  momentum: 0.937,
  warmup_epochs: 3,
  warmup_iterations: 100,
  warmup_momentum: 0.8,
  warmup_bias_lr: 0.1,
};

/** The schedule of every iteration. */
function trace(all: ScheduleSettings): StepSchedule[] {
  const scheduler = new LrScheduler(all);
  return Array.from({ length: all.epochs * all.iterations }, (_, iteration) =>
    scheduler.lrAt({ epoch: Math.floor(iteration / all.iterations), iteration }),
  );
}

const at = (changes: Partial<ScheduleSettings>, where: { epoch: number; iteration: number }): StepSchedule =>
  new LrScheduler({ ...settings, ...changes }).lrAt(where);

describe("LrScheduler", () => {
  it("starts at nothing but for biases", () => {
    expect(at({}, { epoch: 0, iteration: 0 })).toEqual({
      lr: { bias: 0.1, weight: 0, norm: 0 },
      momentum: 0.8,
      accumulate: 1,
    });
  });

  it("is the same for all groups after warm-up and falls to a share of lr0 in the last epoch", () => {
    const { lr, momentum } = at({}, { epoch: 9, iteration: 199 });
    expectClose([lr.bias, lr.weight, lr.norm], new Array(3).fill(0.01 * (0.1 * 0.99 + 0.01)), { abs: 1e-12 });
    expect(momentum).toBe(0.937);
  });

  it("follows a number of epochs that changes", () => {
    const scheduler = new LrScheduler({ ...settings, warmup_epochs: 0 });
    scheduler.epochs = 2;
    expect(scheduler.lrAt({ epoch: 1, iteration: 20 }).lr.weight).toBeCloseTo(0.01 * (0.5 * 0.99 + 0.01), 12);
  });
});

describe("warm-up", () => {
  it("lasts whole epochs, but no less than the fewest iterations, or there is none", () => {
    expect(warmupIterations(settings)).toBe(100);
    expect(warmupIterations({ ...settings, iterations: 200 })).toBe(600);
    expect(warmupIterations({ ...settings, warmup_iterations: 5 })).toBe(60);
    expect(warmupIterations({ ...settings, warmup_epochs: 0 })).toBe(0);
    expect(at({ warmup_epochs: 0 }, { epoch: 0, iteration: 0 }).lr.weight).toBe(0.01);
  });

  it("leaves the last epoch to training where it has no lower bound", () => {
    const short = { ...settings, warmup_iterations: 0 };
    expect(warmupIterations(short)).toBe(60);
    expect(warmupIterations({ ...short, epochs: 3 })).toBe(40);
    expect(warmupIterations({ ...short, epochs: 1 })).toBe(0);
  });

  it("accumulates no more batches than there are where it has no lower bound", () => {
    const few = { epochs: 1, iterations: 2, batch: 8, nbs: 64, warmup_epochs: 0 };
    expect(at({ ...few, warmup_iterations: 0 }, { epoch: 0, iteration: 0 }).accumulate).toBe(2);
    expect(at(few, { epoch: 0, iteration: 0 }).accumulate).toBe(8);
  });
});

/** Iterations after which the optimizer steps: when as many batches as make a step have come since the last. */
function optimizerSteps(all: readonly StepSchedule[]): number[] {
  let last = -1;
  return all.flatMap(({ accumulate }, iteration) => {
    if (iteration - last < accumulate) return [];
    last = iteration;
    return [iteration];
  });
}

const exact = { abs: 1e-12 };

describeGolden("schedule, YOLOv8 8.3", ["v8/schedule/linear.json"], () => {
  it.each(["linear", "cosine"])("computes the learning rates, momentum and steps of every iteration, %s", (name) => {
    const golden = goldenJson(`v8/schedule/${name}.json`);
    const all = trace({ ...settings, batch: 16, nbs: 64, cos_lr: golden.cos_lr });
    expect(warmupIterations(settings)).toBe(golden.warmup_iterations);
    for (const group of groupNames) {
      expectClose(
        all.map(({ lr }) => lr[group]),
        golden[`lr_${group}_group`],
        exact,
      );
    }
    expectClose(
      all.map(({ momentum }) => momentum),
      golden.momentum,
      exact,
    );
    expect(all.map(({ accumulate }) => accumulate)).toEqual(golden.accumulate);
    expect(optimizerSteps(all)).toEqual(golden.optimizer_steps_at_iteration);
  });

  it("ramps the average's decay", () => {
    const { updates, decay, tau, ...rest } = goldenJson("v8/schedule/ema_decay.json");
    const values = Object.values(rest).find(Array.isArray) as number[];
    const ramp = updates.map((update: number) => emaDecay(update, { decay, tau }));
    expectClose(ramp, values, { abs: 1e-12 });
  });
});

const kinds = { weight: "weight", bn: "norm", bias: "bias", muon: "matrix" } as const;

interface GoldenSchedule {
  settings: ScheduleSettings & { batch: number; iterations_per_epoch: number; optimizer: string } & {
    pretended_iterations?: number;
    weight_decay: number;
  };
  warmup_iterations: number;
  optimizer: OptimizerName;
  optimizer_iterations_estimate: number;
  warmup_bias_lr_used: number;
  lr0_used: number;
  groups: { param_group: keyof typeof kinds; initial_lr: number; weight_decay: number }[];
  lr_per_group: number[][];
  momentum: (number | null)[];
  accumulate: number[];
  optimizer_steps_at_iteration: number[];
}

const shortCases = [
  ...["auto_large", "auto_small", "cosine", "few_batches", "fractional_warmup", "large_batch"],
  ...["long", "musgd", "no_warmup", "one_epoch", "two_epochs"],
];

describeGolden("schedule, Ultralytics 8.4", ["families/schedule/long.json"], () => {
  it.each(shortCases)("computes the learning rates, momentum and steps of every iteration, %s", (name) => {
    const golden: GoldenSchedule = goldenJson(`families/schedule/${name}.json`);
    const { batch, nbs = 64, iterations_per_epoch, optimizer, pretended_iterations } = golden.settings;
    const { longTrainings, groupOrder } = familySettings.v26;
    const iterations = pretended_iterations ?? golden.optimizer_iterations_estimate;
    const auto = autoOptimizer({ nc: 3, iterations, ...longTrainings, warmMomentum: golden.settings.momentum });
    if (optimizer === "auto") {
      expect(auto).toMatchObject({ optimizer: golden.optimizer, lr0: golden.lr0_used });
      expect(auto.warmup_bias_lr).toBe(golden.warmup_bias_lr_used);
    }
    const groups = groupsOf(golden.optimizer, groupOrder);
    const { warmsMomentum } = makeOptimizer(golden.optimizer, [], { weightDecay: 0 });
    const all = {
      ...golden.settings,
      ...{ iterations: iterations_per_epoch, warmup_iterations: 0, lr0: golden.lr0_used, groups },
      ...{ warmup_bias_lr: golden.warmup_bias_lr_used, warmsMomentum },
      ...(optimizer === "auto" && warmsMomentum && { momentum: auto.momentum }),
    };
    const steps = trace(all);
    expect(warmupIterations(all)).toBe(golden.warmup_iterations);
    expect(golden.groups.length).toBe(groups.length);
    golden.groups.forEach(({ param_group, initial_lr, weight_decay }, i) => {
      const group = groups[i] ?? "bias";
      const { kind, lrFactor } = describeGroup(group);
      expect(kind).toBe(kinds[param_group]);
      expect(golden.lr0_used * lrFactor).toBeCloseTo(initial_lr, 12);
      expectClose(
        steps.map(({ lr }) => Object.values(lr)[i] as number),
        golden.lr_per_group.map((row) => row[i] as number),
        exact,
      );
      const scaled = decays(group)
        ? (golden.settings.weight_decay * batch * accumulationSteps({ batch, nbs })) / nbs
        : 0;
      expect(weight_decay).toBeCloseTo(scaled, 12);
    });
    const momentum = golden.momentum.map((value) => value ?? golden.settings.momentum);
    expectClose(
      steps.map((step) => step.momentum),
      momentum,
      exact,
    );
    expect(steps.map(({ accumulate }) => accumulate)).toEqual(golden.accumulate);
    expect(optimizerSteps(steps)).toEqual(golden.optimizer_steps_at_iteration);
  });
});

interface GoldenTrace {
  batch_size: number;
  nominal_batch_size: number;
  cos?: boolean;
  optimizer?: string;
  lr_per_group: number[][];
  momentum: number[];
  optimizer_stepped: number[];
}

describeGolden("schedule, YOLOv5", ["v5/schedule/traces.json", "v5/schedule/traces_v61.json"], () => {
  const cases = [
    ["traces", 100, ["bias", "weight", "norm"]],
    ["traces_v61", 1000, ["norm", "weight", "bias"]],
  ] as const;
  it.each(cases)("computes the learning rates, momentum and steps of every iteration, %s", (file, fewest, order) => {
    for (const golden of Object.values(goldenJson(`v5/schedule/${file}.json`) as Record<string, GoldenTrace>)) {
      const { batch_size: batch, nominal_batch_size: nbs, cos: cos_lr = false, optimizer = "SGD" } = golden;
      const all = trace({
        ...{ ...settings, batch, nbs, cos_lr, warmup_iterations: fewest },
        ...{ usesPreviousEpochLr: true, warmsMomentum: optimizer === "SGD" },
      });
      for (const [i, group] of order.entries()) {
        expectClose(
          all.map(({ lr }) => lr[group]),
          golden.lr_per_group[i] as number[],
          exact,
        );
      }
      expectClose(
        all.map(({ momentum }) => momentum),
        golden.momentum,
        exact,
      );
      const stepped = golden.optimizer_stepped.flatMap((did, i) => (did ? [i] : []));
      expect(optimizerSteps(all)).toEqual(stepped);
    }
  });
});

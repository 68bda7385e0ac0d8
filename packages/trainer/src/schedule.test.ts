import { describeGolden, expectClose, goldenJson } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { emaDecay } from "./ema.ts";
import { groupNames } from "./optimizer/parameter-groups.ts";
import { type Rates, ratesAt, type ScheduleSettings, updateIsDue, warmupLength } from "./schedule.ts";

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

/** What is in force in each of 10 epochs of 20 iterations. */
function trace(all: ScheduleSettings): Rates[] {
  return Array.from({ length: 200 }, (_, iteration) => ratesAt(all, { epoch: Math.floor(iteration / 20), iteration }));
}

describe("ratesAt", () => {
  it("starts at nothing but for biases", () => {
    expect(ratesAt(settings, { epoch: 0, iteration: 0 })).toEqual({
      rates: { bias: 0.1, weight: 0, norm: 0 },
      momentum: 0.8,
      accumulate: 1,
    });
  });

  it("is the same for all groups after warm-up and falls to a share of lr0 in the last epoch", () => {
    const { rates, momentum } = ratesAt(settings, { epoch: 9, iteration: 199 });
    expectClose([rates.bias, rates.weight, rates.norm], new Array(3).fill(0.01 * (0.1 * 0.99 + 0.01)), { abs: 1e-12 });
    expect(momentum).toBe(0.937);
  });

  it("warms up for whole epochs, but no less than the fewest iterations, or not at all", () => {
    expect(warmupLength(settings)).toBe(100);
    expect(warmupLength({ ...settings, iterations: 200 })).toBe(600);
    expect(warmupLength({ ...settings, warmup_iterations: 5 })).toBe(60);
    expect(warmupLength({ ...settings, warmup_epochs: 0 })).toBe(0);
    expect(ratesAt({ ...settings, warmup_epochs: 0 }, { epoch: 0, iteration: 0 }).rates.weight).toBe(0.01);
  });
});

/** Iterations after which an update is made: when as many batches as go into one have come since the last. */
function updatesOf(all: readonly Rates[]): number[] {
  let last = -1;
  return all.flatMap(({ accumulate }, iteration) => {
    if (!updateIsDue({ iteration, last, accumulate })) return [];
    last = iteration;
    return [iteration];
  });
}

const exact = { abs: 1e-12 };

describeGolden("schedule, YOLOv8", ["v8/schedule/linear.json"], () => {
  it.each(["linear", "cosine"])("gives the rates, momentum and updates of every iteration, %s", (name) => {
    const golden = goldenJson(`v8/schedule/${name}.json`);
    const all = trace({ ...settings, batch: 16, nbs: 64, cos_lr: golden.cos_lr });
    expect(warmupLength(settings)).toBe(golden.warmup_iterations);
    for (const group of groupNames) {
      expectClose(
        all.map(({ rates }) => rates[group]),
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
    expect(updatesOf(all)).toEqual(golden.optimizer_steps_at_iteration);
  });

  it("ramps the average's decay", () => {
    const { updates, decay, tau, ...rest } = goldenJson("v8/schedule/ema_decay.json");
    const values = Object.values(rest).find(Array.isArray) as number[];
    const ramp = updates.map((update: number) => emaDecay(update, { decay, tau }));
    expectClose(ramp, values, { abs: 1e-12 });
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
  it.each(cases)("gives the rates, momentum and updates of every iteration, %s", (file, warmup_iterations, order) => {
    for (const golden of Object.values(goldenJson(`v5/schedule/${file}.json`) as Record<string, GoldenTrace>)) {
      const { batch_size: batch, nominal_batch_size: nbs, cos: cos_lr = false, optimizer = "SGD" } = golden;
      const all = trace({
        ...settings,
        ...{ batch, nbs, cos_lr, warmup_iterations, lags: true, warmsMomentum: optimizer === "SGD" },
      });
      for (const [i, group] of order.entries()) {
        expectClose(
          all.map(({ rates }) => rates[group]),
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
      expect(updatesOf(all)).toEqual(stepped);
    }
  });
});

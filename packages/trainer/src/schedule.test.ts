import { describeGolden, expectClose, goldenJson } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { emaDecay } from "./ema.ts";
import { ratesAt, type ScheduleSettings, warmupLength } from "./schedule.ts";

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

describe("ratesAt", () => {
  it("starts at nothing but for biases", () => {
    expect(ratesAt(settings, { epoch: 0, iteration: 0 })).toEqual({
      rates: { bias: 0.1, weight: 0, norm: 0 },
      momentum: 0.8,
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

describeGolden("schedule, YOLOv8", ["v8/schedule/linear.json"], () => {
  it("gives the rates and momentum of every iteration", () => {
    const golden = goldenJson("v8/schedule/linear.json");
    expect(warmupLength(settings)).toBe(golden.warmup_iterations);
    const all = golden.momentum.map((_: number, iteration: number) =>
      ratesAt(settings, { epoch: Math.floor(iteration / 20), iteration }),
    ) as ReturnType<typeof ratesAt>[];
    const exact = { abs: 1e-12 };
    expectClose(
      all.map(({ rates }) => rates.bias),
      golden.lr_bias_group,
      exact,
    );
    expectClose(
      all.map(({ rates }) => rates.weight),
      golden.lr_weight_group,
      exact,
    );
    expectClose(
      all.map(({ rates }) => rates.norm),
      golden.lr_norm_group,
      exact,
    );
    expectClose(
      all.map(({ momentum }) => momentum),
      golden.momentum,
      exact,
    );
  });

  it("ramps the average's decay", () => {
    const { updates, decay, tau, ...rest } = goldenJson("v8/schedule/ema_decay.json");
    const values = Object.values(rest).find(Array.isArray) as number[];
    const ramp = updates.map((update: number) => emaDecay(update, { decay, tau }));
    expectClose(ramp, values, { abs: 1e-12 });
  });
});

import { describe, expect, it } from "vitest";
import { EarlyStopping } from "./early-stopping.ts";

describe("EarlyStopping", () => {
  it("stops after `patience` epochs without a fitter one", () => {
    const stopping = new EarlyStopping(2);
    expect(stopping.shouldStop(5)).toBe(false);
    const isBest = [0.1, 0.3, 0.3, 0.2].map((fitness, epoch) => stopping.update(epoch, fitness));
    expect(isBest).toEqual([true, true, false, false]);
    expect(stopping.best).toEqual({ epoch: 1, fitness: 0.3 });
    expect([2, 3].map((epoch) => stopping.shouldStop(epoch))).toEqual([false, true]);
  });

  it("never stops with a patience of 0, and continues from the best epoch of a resumed training", () => {
    const best = { epoch: 3, fitness: 0.5 };
    expect(new EarlyStopping(0, best).shouldStop(100)).toBe(false);
    const resumed = new EarlyStopping(5, best);
    expect(resumed.update(4, 0.4)).toBe(false);
    expect(resumed.shouldStop(8)).toBe(true);
  });
});

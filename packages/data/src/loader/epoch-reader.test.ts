import { describe, expect, it } from "vitest";
import { EpochReader } from "./epoch-reader.ts";
import type { MadeBatch } from "./job.ts";

/** A reader whose batches are named by a notice, and the numbers that were started. */
function reader({ count, ...options }: { from?: number; count: number; ahead: number }) {
  const started: number[] = [];
  const signals: AbortSignal[] = [];
  const make = async (i: number, signal: AbortSignal): Promise<MadeBatch> => {
    started.push(i);
    signals.push(signal);
    if (i === 5) throw new Error("five");
    return { damaged: [], notices: [String(i)] };
  };
  return {
    started,
    signals,
    reader: new EpochReader({ from: 0, ...options, count, make, signal: new AbortController().signal }),
  };
}

describe("EpochReader", () => {
  it.each([0, 1, 3])("is never more than %i batches ahead", async (ahead) => {
    const { started, reader: batches } = reader({ count: 5, ahead });
    expect(started).toEqual([]);
    for (let i = 0; i < 5; i++) {
      expect((await batches.next())?.notices).toEqual([String(i)]);
      expect(started.length).toBe(Math.min(5, i + 1 + ahead));
    }
    expect(batches.next()).toBeUndefined();
    expect(started).toEqual([0, 1, 2, 3, 4]);
  });

  it("starts at any batch, and before it is asked", async () => {
    const { started, reader: batches } = reader({ from: 2, count: 5, ahead: 2 });
    batches.start();
    expect(started).toEqual([2, 3]);
    expect((await batches.next())?.notices).toEqual(["2"]);
    expect(started).toEqual([2, 3, 4]);
  });

  it("throws a batch's failure when its turn comes, not before", async () => {
    const { reader: batches } = reader({ from: 3, count: 7, ahead: 4 });
    await batches.next();
    await batches.next();
    await expect(batches.next()).rejects.toThrow("five");
    expect((await batches.next())?.notices).toEqual(["6"]);
  });

  it("aborts the batches that are being made", () => {
    const { signals, reader: batches } = reader({ count: 3, ahead: 2 });
    batches.start();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    batches.abort();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});

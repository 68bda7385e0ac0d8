import { describe, expect, it } from "vitest";
import { type Communicator, connectRanks, localRanks, RankLostError } from "./index.ts";

/** Runs the same work on every rank and returns what each returned. */
function onRanks<T>(size: number, work: (ranks: Communicator) => Promise<T>): Promise<T[]> {
  return Promise.all(connectRanks(size).map(work));
}

describe("connectRanks", () => {
  it("sums, and finds maxima and minima, with the same bits on every rank", async () => {
    const results = await onRanks(3, async (ranks) => {
      const sum = Float32Array.of(ranks.rank, 0.1, -1);
      const max = Float64Array.of(ranks.rank, 1 - ranks.rank);
      const min = max.slice();
      await Promise.all([
        ranks.allReduce(sum),
        ranks.allReduce(max, { op: "max" }),
        ranks.allReduce(min, { op: "min" }),
      ]);
      return { sum, max, min };
    });
    const added = Math.fround(Math.fround(0.1) + Math.fround(0.1));
    for (const { sum, max, min } of results) {
      expect(sum).toEqual(Float32Array.of(3, added + Math.fround(0.1), -3));
      expect(max).toEqual(Float64Array.of(2, 1));
      expect(min).toEqual(Float64Array.of(0, -1));
    }
  });

  it("gathers bytes of different lengths, by rank, and broadcasts those of one", async () => {
    const results = await onRanks(3, async (ranks) => {
      const own = new Uint8Array(ranks.rank).fill(ranks.rank);
      return { all: await ranks.allGather(own), one: await ranks.broadcast(ranks.rank === 2 ? own : undefined, 2) };
    });
    for (const { all, one } of results) {
      expect(all).toEqual([new Uint8Array(0), Uint8Array.of(1), Uint8Array.of(2, 2)]);
      expect(one).toEqual(Uint8Array.of(2, 2));
    }
    // Nobody else's memory
    results[0]?.all[1]?.fill(9);
    expect(results[1]?.all[1]).toEqual(Uint8Array.of(1));
    await expect(Promise.all(connectRanks(2).map((ranks) => ranks.broadcast(undefined)))).rejects.toThrow(
      "rank 0 broadcasts nothing",
    );
  });

  it("waits at a barrier for the last, and counts that time", async () => {
    const [first, last] = connectRanks(2) as [Communicator, Communicator];
    let passed = false;
    const waiting = first.barrier().then(() => {
      passed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(passed).toBe(false);
    await Promise.all([waiting, last.barrier()]);
    expect(passed).toBe(true);
    expect(first.seconds).toBeGreaterThan(0.015);
    expect(last.seconds).toBeLessThan(first.seconds);
  });

  it("sums in half precision without overflow and with small numbers kept", async () => {
    const values = [
      Float32Array.of(3e6, 1e-3, -2.5e6, 0),
      Float32Array.of(5e6, 2e-3, 2.5e6, 0),
      Float32Array.of(1e6, 2000, 1e6, 0),
    ];
    const small = values.map((value) => value.map((v) => v * 1e-12));
    for (const [inputs, unit] of [
      [values, 1],
      [small, 1e-12],
    ] as const) {
      const results = await onRanks(3, async (ranks) => {
        const data = (inputs[ranks.rank] as Float32Array).slice();
        await ranks.allReduce(data, { half: true });
        return data;
      });
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
      const [large, tiny, rest, zero] = [...(results[0] as Float32Array)].map((v) => v / unit);
      expect(Math.abs((large as number) / 9e6 - 1)).toBeLessThan(1e-3);
      expect(Math.abs((tiny as number) / 2000 - 1)).toBeLessThan(1e-3);
      expect(Math.abs((rest as number) / 1e6 - 1)).toBeLessThan(4e-3);
      expect(zero).toBe(0);
    }
  });

  it("passes infinities and what is no number through half precision", async () => {
    const results = await onRanks(2, async (ranks) => {
      const data = ranks.rank === 0 ? Float32Array.of(Number.POSITIVE_INFINITY, 1) : Float32Array.of(1, Number.NaN);
      await ranks.allReduce(data, { half: true });
      return data;
    });
    expect(results).toEqual(Array(2).fill(Float32Array.of(Number.POSITIVE_INFINITY, Number.NaN)));
    const [alone] = connectRanks(1) as [Communicator];
    await expect(alone.allReduce(Float32Array.of(1), { half: true, op: "max" })).rejects.toThrow(/only sums/);
    await expect(alone.allReduce(Float64Array.of(1), { half: true })).rejects.toThrow(/Float64Array/);
  });

  it("names the ranks that did not come, on all that wait, and for good", async () => {
    const ranks = connectRanks(4, { timeout: 0.02 });
    const waiting = [0, 2].map((rank) => (ranks[rank] as Communicator).barrier().catch((error: unknown) => error));
    for (const error of await Promise.all(waiting)) {
      expect(error).toBeInstanceOf(RankLostError);
      expect(error).toMatchObject({ message: "ranks 1, 3 did not come to a barrier within 0.02 s", ranks: [1, 3] });
    }
    await expect(ranks[1]?.barrier()).rejects.toThrow("did not come");
  });

  it("ends all when one aborts, and refuses to go on after it was closed", async () => {
    const [first, second] = connectRanks(2) as [Communicator, Communicator];
    const waiting = expect(first.barrier()).rejects.toThrow("rank 1 ended all ranks");
    await second.abort();
    await waiting;
    const [closed] = connectRanks(1) as [Communicator];
    await closed.close();
    await expect(closed.barrier()).rejects.toThrow("is closed");
  });

  it("rejects what others wait for, and what they begin later, after one closed", async () => {
    const [first, second, third] = connectRanks(3) as [Communicator, Communicator, Communicator];
    const waiting = expect(first.barrier()).rejects.toThrow("rank 1 has ended before the others");
    await second.close();
    await waiting;
    await expect(third.barrier()).rejects.toBeInstanceOf(RankLostError);
    const together = connectRanks(2);
    await Promise.all(together.map((ranks) => ranks.barrier()));
    await Promise.all(together.map((ranks) => ranks.close()));
  });

  it("reports ranks that ask for different things", async () => {
    const [first, second] = connectRanks(2) as [Communicator, Communicator];
    const waiting = expect(first.allReduce(new Float32Array(3))).rejects.toThrow(
      "rank 0 asks for the sum of 3 float32 numbers, rank 1 for a barrier, in the same place",
    );
    await expect(second.barrier()).rejects.toThrow("same order");
    await waiting;
  });
});

describe("localRanks", () => {
  it("counts the ranks of a machine", () => {
    const hosts = ["a", "b", "a", "b", "b"];
    expect(localRanks({ rank: 3, hosts })).toEqual({ index: 1, count: 3 });
    expect(localRanks({ rank: 0, hosts })).toEqual({ index: 0, count: 2 });
  });
});

import { LookonceError } from "@lookonce/errors";
import { describe, expect, it } from "vitest";
import { isKnownToAll, Ranks } from "./ranks.ts";
import { failuresOf, inRanks, type Outcome, resultsOf } from "./test-ranks.ts";

/** Runs as many ranks in this process. */
const run = <T>(size: number, work: (ranks: Ranks) => Promise<T>): Promise<Outcome<T>[]> =>
  inRanks(size, async (communicator) => {
    const ranks = new Ranks(communicator);
    return work(ranks).catch(async (error: unknown) => Promise.reject(await ranks.failed(error)));
  });

async function* count(to: number): AsyncGenerator<number> {
  for (let i = 0; i < to; i++) yield i;
}

const lost = (): never => {
  throw new LookonceError("IO", "the disk is full");
};

describe("Ranks", () => {
  it("decide alike", async () => {
    const decided = await run(3, async (ranks) => ({
      news: await ranks.exchange(ranks.rank === 0 ? undefined : `news ${ranks.rank}`),
      nothing: await ranks.exchange(),
      sum: await ranks.sum(ranks.rank),
      any: [await ranks.any(ranks.rank === 2), await ranks.any(false)],
      all: await ranks.all({ rank: ranks.rank, data: Float32Array.of(ranks.rank) }),
      first: await ranks.ofFirst(ranks.rank + 7),
    }));
    const all = [0, 1, 2].map((rank) => ({ rank, data: Float32Array.of(rank) }));
    const expected = { news: ["news 1", "news 2"], nothing: [], sum: 3, any: [true, false], all, first: 7 };
    expect(resultsOf(decided)).toEqual([expected, expected, expected]);
  });

  it("of one exchange nothing", async () => {
    const ranks = new Ranks();
    expect([ranks.isFirst, ranks.size, ranks.onThisMachine, ranks.communicator]).toEqual([true, 1, 1, undefined]);
    expect(await ranks.exchange("news")).toEqual(["news"]);
    expect([await ranks.sum(3), await ranks.any(true), await ranks.all(1), await ranks.ofFirst(2)]).toEqual([
      3,
      true,
      [1],
      2,
    ]);
    await expect(ranks.attempt(lost)).rejects.toThrow("the disk is full");
    const error = new Error("own");
    expect(await ranks.failed(error)).toBe(error);
  });

  it("all end with the sentence of the one that failed, wherever the others are", async () => {
    const outcomes = await run(4, async (ranks) => {
      if (ranks.rank === 2) lost();
      if (ranks.rank === 1) await ranks.ofFirst(1);
      for await (const _ of ranks.together(count(3)));
      await ranks.all(0);
    });
    for (const { error } of outcomes) {
      expect(error).toMatchObject({ code: "IO", message: "rank 2 of 4: the disk is full" });
      expect(isKnownToAll(error)).toBe(true);
    }
  });

  it("go on until the next exchange where the first one failed to write", async () => {
    const steps: string[] = [];
    const outcomes = await run(2, async (ranks) => {
      await ranks.first(lost);
      steps.push(`step of ${ranks.rank}`);
      await ranks.exchange();
      steps.push("never");
    });
    expect(steps.sort()).toEqual(["step of 0", "step of 1"]);
    expect(failuresOf(outcomes)).toEqual(["rank 0 of 2: the disk is full", "rank 0 of 2: the disk is full"]);
  });

  it("fail as one where all fail alike", async () => {
    const failures = failuresOf(await run(2, async () => lost()));
    expect(failures).toEqual(["the disk is full", "the disk is full"]);
  });

  it("read items together, and stop together", async () => {
    const read = await run(2, async (ranks) => {
      const items: number[] = [];
      for await (const item of ranks.together(count(3))) items.push(item + 10 * ranks.rank);
      return items;
    });
    expect(resultsOf(read)).toEqual([
      [0, 1, 2],
      [10, 11, 12],
    ]);
    const closed: number[] = [];
    const failed = await run(2, async (ranks) => {
      const items = async function* (): AsyncGenerator<number> {
        try {
          yield* count(1);
          if (ranks.rank === 1) throw new LookonceError("DATA", "1.jpg is damaged");
          yield 1;
        } finally {
          closed.push(ranks.rank);
        }
      };
      for await (const _ of ranks.together(items()));
    });
    expect(closed.sort()).toEqual([0, 1]);
    expect(failuresOf(failed)).toEqual(["rank 1 of 2: 1.jpg is damaged", "rank 1 of 2: 1.jpg is damaged"]);
  });

  it("cannot report a failure within a step", async () => {
    const outcomes = await run(2, async (ranks) => {
      await ranks.step(async () => {
        if (ranks.rank === 1) throw new Error("out of memory");
        await ranks.communicator?.allReduce(new Float32Array(5));
      });
    });
    const [first, second] = failuresOf(outcomes);
    expect(second).toBe("out of memory");
    expect(first).toMatch(/^rank 1 /);
  });
});

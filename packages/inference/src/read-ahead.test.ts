import { describe, expect, it } from "vitest";
import { readAhead } from "./read-ahead.ts";

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits until nothing more happens by itself. */
async function idle(): Promise<void> {
  for (let i = 0; i < 20; i++) await tick();
}

/** 0, 1, 2, …, and how far it has been read. */
function numbers(count: number): { source: AsyncGenerator<number>; read: number[]; closed: () => boolean } {
  const read: number[] = [];
  let closed = false;
  async function* generate(): AsyncGenerator<number> {
    try {
      for (let i = 0; i < count; i++) {
        read.push(i);
        yield i;
      }
    } finally {
      closed = true;
    }
  }
  return { source: generate(), read, closed: () => closed };
}

async function all<T>(results: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const result of results) list.push(result);
  return list;
}

describe("readAhead", () => {
  it("yields results in order, whatever finishes first, in groups", async () => {
    const start = async (group: number[]): Promise<string> => {
      for (let i = 0; i < 10 - (group[0] as number); i++) await tick();
      return group.join("+");
    };
    const options = { group: 3, ahead: () => 4, start };
    expect(await all(readAhead(numbers(8).source, options))).toEqual(["0+1+2", "3+4+5", "6+7"]);
    expect(await all(readAhead(numbers(0).source, options))).toEqual([]);
  });

  it("begins no more than it may while nobody asks", async () => {
    const { source, read } = numbers(100);
    const started: number[] = [];
    const start = async ([n]: number[]): Promise<number> => {
      started.push(n as number);
      return n as number;
    };
    const results = readAhead(source, { group: 1, ahead: () => 3, start });
    await idle();
    expect(read).toEqual([]);
    expect((await results.next()).value).toBe(0);
    await idle();
    expect(started).toEqual([0, 1, 2, 3]);
    expect(read.length).toBeLessThanOrEqual(5);
    expect((await results.next()).value).toBe(1);
    await idle();
    expect(started).toEqual([0, 1, 2, 3, 4]);
    await results.return();
  });

  it("asks anew how many may be under way", async () => {
    let [allowed, most, under] = [1, 0, 0];
    const start = async ([n]: number[]): Promise<number> => {
      most = Math.max(most, ++under);
      await idle();
      under--;
      if (n === 4) allowed = 3;
      return n as number;
    };
    await all(readAhead(numbers(5).source, { group: 1, ahead: () => allowed, start }));
    expect(most).toBe(1);
    await all(readAhead(numbers(9).source, { group: 1, ahead: () => allowed, start }));
    expect(most).toBe(3);
  });

  it("starts no more than the weight allows, and what is heavier alone", async () => {
    const weights = [1, 1, 1, 5, 9, 2, 2, 1];
    let under = 0;
    const most: number[] = [];
    const start = async (group: number[]): Promise<{ group: number[]; weight: number }> => {
      const weight = group.reduce((sum, i) => sum + (weights[i] as number), 0);
      under += weight;
      most.push(under);
      await idle();
      return { group, weight };
    };
    const options = {
      ...{ group: 3, ahead: () => 4, start },
      weigh: (i: number) => weights[i] as number,
      maxWeight: () => 5,
    };
    const groups: number[][] = [];
    for await (const { group, weight } of readAhead(numbers(8).source, options)) {
      groups.push(group);
      await idle();
      under -= weight;
    }
    expect(groups).toEqual([[0, 1, 2], [3], [4], [5, 6, 7]]);
    expect(most).toEqual([3, 5, 9, 5]);
  });

  it("is left early while a group waits for its weight", async () => {
    const { source, closed } = numbers(9);
    const start = async ([n]: number[]): Promise<number> => n as number;
    for await (const _ of readAhead(source, { group: 1, ahead: () => 4, weigh: () => 2, maxWeight: () => 3, start })) {
      await idle();
      break;
    }
    expect(closed()).toBe(true);
  });

  it("reads nothing before it is asked where nothing may be ahead", async () => {
    const { source, read } = numbers(3);
    const results = readAhead(source, { group: 1, ahead: () => 0, start: async ([n]) => n });
    for (const n of [0, 1, 2]) {
      expect((await results.next()).value).toBe(n);
      await idle();
      expect(read).toHaveLength(n + 1);
    }
    expect((await results.next()).done).toBe(true);
  });

  it("closes the source and waits for what is under way when it is left early", async () => {
    const { source, closed } = numbers(100);
    let under = 0;
    let stopped = false;
    const start = async ([n]: number[]): Promise<number> => {
      under++;
      await idle();
      under--;
      return n as number;
    };
    const stop = (): void => {
      stopped = true;
    };
    for await (const n of readAhead(source, { group: 1, ahead: () => 4, start, stop })) {
      if (n === 2) break;
    }
    expect([closed(), under, stopped]).toEqual([true, 0, true]);
  });

  it("is left early although the source's next element never comes", async () => {
    let release = (): void => {};
    async function* source(): AsyncGenerator<number> {
      yield 0;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    }
    const start = async ([n]: number[]): Promise<number> => n as number;
    for await (const n of readAhead(source(), { group: 1, ahead: () => 4, start, stop: () => release() })) {
      expect(n).toBe(0);
      await idle();
      break;
    }
  });

  it("throws a fault in its turn, of the source or of what was started", async () => {
    const seen: number[] = [];
    async function* failing(): AsyncGenerator<number> {
      yield 0;
      yield 1;
      throw new Error("no more");
    }
    const options = { group: 1, ahead: () => 4, start: async ([n]: number[]): Promise<number> => n as number };
    const readAll = async (): Promise<void> => {
      for await (const n of readAhead(failing(), options)) seen.push(n);
    };
    await expect(readAll()).rejects.toThrow("no more");
    expect(seen).toEqual([0, 1]);
    const { source, closed } = numbers(9);
    const start = async ([n]: number[]): Promise<number> => {
      if (n === 2) throw new Error("bad one");
      return n as number;
    };
    await expect(all(readAhead(source, { ...options, start }))).rejects.toThrow("bad one");
    expect(closed()).toBe(true);
  });
});

import { hostname } from "node:os";
import { LookonceError } from "@lookonce/errors";
import { type Communicator, RankLostError, type ReduceSettings } from "./communicator.ts";
import { fromScaledHalf, halfScale, largestMagnitude, sumHalves, toScaledHalf } from "./half-sum.ts";
import { RankTimer } from "./rank-timer.ts";
import { assertReducible } from "./reduce-settings.ts";

type Numbers = Float32Array | Float64Array;

const operators = {
  sum: (a: number, b: number): number => a + b,
  max: Math.max,
  min: Math.min,
};

/** One collective, while ranks arrive. */
interface Exchange {
  /** What the first rank to arrive asked for; it must be the same on all. */
  what: string;
  first: number;
  contributions: Map<number, unknown>;
  resolve: (contributions: unknown[]) => void;
  reject: (error: Error) => void;
  done: Promise<unknown[]>;
  timer: NodeJS.Timeout;
}

/**
 * Communicators of ranks within this process, by rank: for tests, and for whatever simulates ranks.
 *
 * Sums are added in the order of ranks.
 *
 * @param options.timeout seconds after which a collective without all ranks rejects. Default 60
 */
export function connectRanks(size: number, { timeout = 60 }: { timeout?: number } = {}): Communicator[] {
  const group = new RankGroup(size, timeout);
  return Array.from({ length: size }, (_, rank) => new LocalCommunicator(rank, group));
}

/** Where ranks of one process meet: the n-th collective of each rank is the same collective. */
class RankGroup {
  readonly size: number;
  readonly #timeout: number;
  readonly #exchanges = new Map<number, Exchange>();
  readonly #left: { rank: number; started: number }[] = [];
  #lost: LookonceError | undefined;

  constructor(size: number, timeout: number) {
    this.size = size;
    this.#timeout = timeout;
  }

  /** Adds a rank's contribution to its collective number `index`; resolves to those of all ranks. */
  meet(rank: number, index: number, what: string, contribution: unknown): Promise<unknown[]> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const left = this.#left.find((one) => one.started <= index);
    if (left !== undefined) return Promise.reject(leftError(left.rank));
    const exchange = this.#exchanges.get(index) ?? this.#open(index, what, rank);
    if (exchange.what !== what) {
      const text = `rank ${exchange.first} asks for ${exchange.what}, rank ${rank} for ${what}, in the same place`;
      this.fail(new LookonceError("ARGUMENT", `${text}: all must call the same collectives in the same order`));
      return exchange.done;
    }
    exchange.contributions.set(rank, contribution);
    if (exchange.contributions.size === this.size) {
      clearTimeout(exchange.timer);
      this.#exchanges.delete(index);
      exchange.resolve(Array.from({ length: this.size }, (_, r) => exchange.contributions.get(r)));
    }
    return exchange.done;
  }

  /** A rank ends that has come to `started` collectives. */
  leave(rank: number, started: number): void {
    this.#left.push({ rank, started });
    const isMissing = [...this.#exchanges.values()].some(({ contributions }) => !contributions.has(rank));
    if (isMissing) this.fail(leftError(rank));
  }

  /** All collectives, those to come too, reject. */
  fail(error: LookonceError): void {
    this.#lost ??= error;
    for (const { reject, timer } of this.#exchanges.values()) {
      clearTimeout(timer);
      reject(this.#lost);
    }
    this.#exchanges.clear();
  }

  #open(index: number, what: string, first: number): Exchange {
    const { promise, resolve, reject } = withResolvers<unknown[]>();
    const contributions = new Map<number, unknown>();
    const timer = setTimeout(() => {
      const missing = Array.from({ length: this.size }, (_, r) => r).filter((r) => !contributions.has(r));
      this.fail(new RankLostError(`${namesOf(missing)} did not come to ${what} within ${this.#timeout} s`, missing));
    }, this.#timeout * 1000);
    const exchange = { what, first, contributions, resolve, reject, done: promise, timer };
    this.#exchanges.set(index, exchange);
    return exchange;
  }
}

function leftError(rank: number): RankLostError {
  return new RankLostError(`rank ${rank} has ended before the others`, [rank]);
}

function namesOf(ranks: readonly number[]): string {
  return `${ranks.length === 1 ? "rank" : "ranks"} ${ranks.join(", ")}`;
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

class LocalCommunicator implements Communicator {
  readonly rank: number;
  readonly size: number;
  readonly hosts: readonly string[];
  readonly #group: RankGroup;
  readonly #timer = new RankTimer();
  #next = 0;
  #isClosed = false;

  constructor(rank: number, group: RankGroup) {
    this.rank = rank;
    this.size = group.size;
    this.hosts = Array.from({ length: group.size }, () => hostname());
    this.#group = group;
  }

  get seconds(): number {
    return this.#timer.seconds;
  }

  async allReduce(data: Numbers, settings: ReduceSettings = {}): Promise<void> {
    assertReducible(data, settings);
    const { op = "sum", half = false } = settings;
    const kind = data instanceof Float32Array ? "float32" : "float64";
    const what = `the ${op} of ${data.length} ${kind} numbers${half ? " in half precision" : ""}`;
    const parts = await this.#meet(what, data.slice());
    data.set(half ? sumInHalf(parts as Float32Array[]) : reduce(parts, operators[op]));
  }

  async allGather(bytes: Uint8Array): Promise<Uint8Array[]> {
    const parts = await this.#meet("bytes of all ranks", bytes.slice());
    return parts.map((part) => part.slice());
  }

  async broadcast(bytes: Uint8Array | undefined, root = 0): Promise<Uint8Array> {
    const parts = await this.#meet(`bytes of rank ${root}`, this.rank === root ? bytes?.slice() : undefined);
    const sent = parts[root];
    if (sent === undefined) throw new LookonceError("ARGUMENT", `rank ${root} broadcasts nothing`);
    return sent.slice();
  }

  async barrier(): Promise<void> {
    await this.#meet("a barrier", undefined);
  }

  async close(): Promise<void> {
    if (!this.#isClosed) this.#group.leave(this.rank, this.#next);
    this.#isClosed = true;
  }

  async abort(): Promise<void> {
    this.#group.fail(new RankLostError(`rank ${this.rank} ended all ranks`, [this.rank]));
  }

  async #meet<T>(what: string, contribution: T): Promise<T[]> {
    if (this.#isClosed) throw new LookonceError("ARGUMENT", `the communicator of rank ${this.rank} is closed`);
    // Every rank asks for the same, which the group has checked
    return (await this.#timer.measure(this.#group.meet(this.rank, this.#next++, what, contribution))) as T[];
  }
}

function reduce(parts: readonly Numbers[], operator: (a: number, b: number) => number): Numbers {
  const [first, ...others] = parts as [Numbers, ...Numbers[]];
  const result = first.slice();
  for (const part of others) {
    for (let i = 0; i < result.length; i++) result[i] = operator(result[i] as number, part[i] as number);
  }
  return result;
}

function sumInHalf(parts: readonly Float32Array[]): Float32Array {
  const scale = halfScale(Math.max(...parts.map(largestMagnitude)), parts.length);
  return fromScaledHalf(sumHalves(parts.map((part) => toScaledHalf(part, scale))), scale);
}

import type { Sharer } from "@lookonce/data";
import { agree, type Communicator, deserialize, RankLostError, serialize } from "@lookonce/distributed";
import { LookonceError } from "@lookonce/errors";
import { agreedError, describeFailure, type Failure } from "./failure.ts";

/** Errors that all ranks throw alike. */
const shared = new WeakSet<object>();

/** Whether all ranks of a training that failed know of it; otherwise the others wait until they are ended. */
export function isKnownToAll(error: unknown): boolean {
  return error instanceof RankLostError || (typeof error === "object" && error !== null && shared.has(error));
}

/**
 * What the ranks of a training exchange besides gradients, so that all decide alike. Alone, a rank waits for nobody.
 *
 * An error of one rank ends the training on all, at the next exchange: every method with a promise is one.
 */
export class Ranks implements Sharer {
  readonly rank: number;
  readonly size: number;
  /** Of several ranks. */
  readonly communicator: Communicator | undefined;
  /** An error of this rank that the others do not know of yet. */
  #failure: { error: unknown } | undefined;
  #isBroken = false;

  constructor(communicator?: Communicator) {
    this.rank = communicator?.rank ?? 0;
    this.size = communicator?.size ?? 1;
    this.communicator = this.size === 1 ? undefined : communicator;
  }

  /** Whether this is the rank that writes files and prints. */
  get isFirst(): boolean {
    return this.rank === 0;
  }

  /** Ranks on this rank's machine, itself included. */
  get onThisMachine(): number {
    const { hosts = [] } = this.communicator ?? {};
    return Math.max(1, hosts.filter((host) => host === hosts[this.rank]).length);
  }

  /** Seconds that this rank spent waiting for others and moving data. */
  get seconds(): number {
    return this.communicator?.seconds ?? 0;
  }

  /** Does something on the first rank alone, such as writing a file. */
  async first(action: () => unknown): Promise<void> {
    if (!this.isFirst) return;
    await this.attempt(action);
  }

  /** Does something at which a rank may fail by itself, before the next exchange: where it does, that throws on all. */
  async attempt<T>(action: () => T | Promise<T>): Promise<T | undefined> {
    if (this.communicator === undefined) return action();
    try {
      return await action();
    } catch (error) {
      this.#failure ??= { error };
      return undefined;
    }
  }

  /** Does a step, in which ranks exchange what is theirs. */
  async step<T>(action: () => Promise<T>): Promise<T> {
    this.#isBroken = true;
    const result = await action();
    this.#isBroken = false;
    return result;
  }

  /** The news of those ranks that have some, by rank. Three numbers are all that is sent where none has. */
  async exchange<T>(mine?: T): Promise<T[]> {
    if (this.communicator === undefined) return mine === undefined ? [] : [mine];
    const { withNews } = await this.#count({ withNews: Number(mine !== undefined) });
    return withNews === 0 ? [] : (await this.#gather(mine)).filter((one) => one !== undefined);
  }

  async sum(mine: number): Promise<number> {
    return this.communicator === undefined ? mine : (await this.#count({ amount: mine })).amount;
  }

  /** Whether it is true on any rank. */
  async any(mine: boolean): Promise<boolean> {
    return (await this.sum(Number(mine))) > 0;
  }

  /** A value of every rank, by rank. */
  async all<T>(mine: T): Promise<T[]> {
    if (this.communicator === undefined) return [mine];
    await this.exchange();
    return this.#gather(mine);
  }

  /** Throws on all ranks what differs of facts that must be the same on all; see `agree` of `@lookonce/distributed`. */
  async agree(facts: Readonly<Record<string, unknown>>): Promise<void> {
    const { communicator } = this;
    if (communicator === undefined) return;
    await this.exchange();
    try {
      await this.step(() => agree(communicator, facts));
    } catch (error) {
      if (error instanceof LookonceError && error.code === "ARGUMENT") this.#share(error);
      throw error;
    }
  }

  /** The first rank's value. */
  async ofFirst<T>(mine: T): Promise<T> {
    return (await this.all(this.isFirst ? mine : undefined))[0] as T;
  }

  /**
   * The items in order, each when all ranks have theirs. All must have as many.
   *
   * @param exchange what is exchanged when a rank has its next item
   */
  async *together<T>(
    items: AsyncIterable<T>,
    exchange: () => Promise<unknown> = () => this.exchange(),
  ): AsyncGenerator<T, void, void> {
    const iterator = items[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.attempt(() => iterator.next());
        await exchange();
        if (next === undefined || next.done === true) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }

  /** Reports an error of this rank to the others. @returns the error that all throw */
  async failed(error: unknown): Promise<unknown> {
    if (this.communicator === undefined || this.#isBroken || isKnownToAll(error)) return error;
    this.#failure = { error };
    return this.exchange().then(
      () => error,
      (agreed: unknown) => agreed,
    );
  }

  /** Sums of what ranks count; of the same form whatever it is for, so that a rank that failed may be at another exchange. */
  async #count({ withNews = 0, amount = 0 }): Promise<{ withNews: number; amount: number }> {
    const counts = Float64Array.of(this.#failure === undefined ? 0 : 1, withNews, amount);
    await this.step(async () => this.communicator?.allReduce(counts));
    const [failed, news = 0, sum = 0] = counts;
    if (failed !== 0) throw await this.#agreeOnFailure();
    return { withNews: news, amount: sum };
  }

  async #agreeOnFailure(): Promise<unknown> {
    const mine = this.#failure;
    const failures = await this.#gather<Failure | undefined>(mine && describeFailure(mine.error));
    const error = agreedError(failures, { mine: mine?.error, hosts: this.communicator?.hosts ?? [] });
    this.#share(error);
    return error;
  }

  /** Marks an error that all ranks throw; they can still exchange. */
  #share(error: unknown): void {
    if (typeof error === "object" && error !== null) shared.add(error);
    this.#isBroken = false;
  }

  /** As {@link all}, after an exchange. */
  async #gather<T>(mine: T): Promise<T[]> {
    const parts = await this.step(async () => this.communicator?.allGather(serialize(mine)));
    return (parts ?? []).map((part) => deserialize(part) as T);
  }
}

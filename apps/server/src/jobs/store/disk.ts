import { HttpError } from "../../errors/http-error.ts";
import type { JobHealth } from "../jobs-options.ts";
import { type Database, durably } from "./database.ts";

/** What keeps SQLite from writing, by the beginning of its codes. */
const faults: Readonly<Record<string, string>> = {
  SQLITE_FULL: "the disk is full (ENOSPC)",
  SQLITE_IOERR: "the disk fails (EIO)",
  SQLITE_READONLY: "the disk or the database of jobs is read-only (EROFS)",
  SQLITE_CANTOPEN: "the database of jobs cannot be opened",
  SQLITE_BUSY: "another program has locked the database of jobs",
  SQLITE_CORRUPT: "the database of jobs is damaged",
};

const retryMs = 5000;

/**
 * Writes to the database of jobs. What it does not accept, since the disk is full or fails, stays with the stores, and is
 * written as soon as it does.
 */
export class Disk {
  readonly #database: Database;
  readonly #health: JobHealth;
  readonly #writers: (() => void)[] = [];
  /** Called when the disk begins to refuse writes, with the reason, and when it accepts them again. */
  onChange: (fault: string | undefined) => void = () => {};
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database, health: JobHealth = {}) {
    this.#database = database;
    this.#health = health;
  }

  /** Why nothing is written at the moment, if so. */
  get fault(): string | undefined {
    return this.#health.fault;
  }

  /** Adds what writes all that a store keeps, and throws what SQLite throws. */
  addWriter(write: () => void): void {
    this.#writers.push(write);
  }

  /** Writes what the stores keep, and tries again later where that fails. */
  flush(): void {
    this.attempt(() => {
      // Where the stores keep nothing, this shows whether the disk accepts writes again.
      if (this.fault !== undefined) this.#database.exec("UPDATE sqlite_sequence SET seq = seq");
      for (const write of this.#writers) write();
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#change(undefined);
    });
  }

  /** Does what may wait, such as forgetting what is old. */
  attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      const { code = "" } = error as { code?: string };
      const [, fault] = Object.entries(faults).find(([start]) => code.startsWith(start)) ?? [];
      if (fault === undefined) throw error;
      this.#timer ??= setTimeout(() => this.#retry(), retryMs).unref();
      this.#change(fault);
    }
  }

  /**
   * Does what must be written before it is answered.
   *
   * @throws HttpError 503 where it cannot be
   */
  insist<T>(action: () => T): T {
    let done: { value: T } | undefined;
    this.attempt(() => {
      done = { value: action() };
    });
    if (done !== undefined) return done.value;
    throw new HttpError(503, "NO_STORAGE", `No jobs are accepted while ${this.fault}.`, { retryAfter: 60 });
  }

  /** Ends further tries, and merges SQLite's log of writes: damage to the log would lose jobs without notice. */
  close(): void {
    this.attempt(() => this.#database.pragma("wal_checkpoint(TRUNCATE)"));
    clearTimeout(this.#timer);
  }

  #retry(): void {
    this.#timer = undefined;
    this.attempt(() => {
      // Where the disk is small, SQLite's own log of writes may be what fills it.
      this.#database.pragma("wal_checkpoint(TRUNCATE)");
      durably(this.#database, () => this.flush());
    });
  }

  #change(fault: string | undefined): void {
    const before = this.#health.fault;
    this.#health.fault = fault;
    if ((before === undefined) !== (fault === undefined)) this.onChange(fault);
  }
}

import type { Job, JobError, JobRequest, JobState } from "../job.ts";
import { type Database, durably, rowsOf } from "./database.ts";
import { Disk } from "./disk.ts";

/** What changes while a job goes on. `undefined` leaves a value as it is, `null` removes it. */
export type JobChanges = Partial<Omit<Job, "id" | "created" | "warning" | "error" | "ended" | keyof JobRequest>> & {
  error?: JobError | null;
  ended?: number | null;
};

/** A row of the table: objects are JSON, and what is missing is `null`. */
type Row = Readonly<Record<string, unknown>>;

export interface JobFilter {
  state?: JobState;
  /** Only those taken before this one. */
  before?: number;
  limit: number;
}

/** The jobs of a service, in its database; while the disk accepts nothing, their changes are kept in memory. */
export class JobStore {
  readonly #database: Database;
  readonly #disk: Disk;
  /** Changes that are not in the database yet, by job. */
  readonly #unwritten = new Map<number, JobChanges>();

  constructor(database: Database, disk: Disk = new Disk(database)) {
    this.#database = database;
    this.#disk = disk;
    disk.addWriter(() => this.#write());
  }

  /** @throws HttpError 503 when the disk does not accept it */
  add({ kind, model, data, options, priority, trace }: JobRequest, created: number): Job {
    const columns = "kind, state, model, data, options, priority, trace, created";
    const insert = `INSERT INTO jobs (${columns}) VALUES (?, 'queued', ?, ?, ?, ?, ?, ?)`;
    const texts = [JSON.stringify(options), priority, trace === undefined ? null : JSON.stringify(trace)];
    const values = [kind, model, data ?? null, ...texts, created];
    const write = (): number => Number(this.#database.prepare(insert).run(...values).lastInsertRowid);
    return this.get(this.#disk.insist(() => durably(this.#database, write))) as Job;
  }

  get(id: number): Job | undefined {
    const [row] = rowsOf<Row>(this.#database.prepare("SELECT * FROM jobs WHERE id = ?"), id);
    return row === undefined ? undefined : this.#changed(jobOf(row));
  }

  /** The job that has this name in a queue. */
  withTicket(ticket: string): Job | undefined {
    const [row] = rowsOf<Row>(this.#database.prepare("SELECT * FROM jobs WHERE ticket = ?"), ticket);
    return row === undefined ? undefined : this.#changed(jobOf(row));
  }

  list({ state, before, limit }: JobFilter): Job[] {
    // While changes are kept in memory, the database does not know the states.
    const isComplete = this.#unwritten.size === 0;
    const statement = this.#database.prepare(
      "SELECT * FROM jobs WHERE (? IS NULL OR state = ?) AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?",
    );
    const known = isComplete ? (state ?? null) : null;
    const rows = rowsOf<Row>(statement, known, known, before ?? null, before ?? null, isComplete ? limit : -1);
    const jobs = rows.map((row) => this.#changed(jobOf(row)));
    return jobs.filter((job) => state === undefined || job.state === state).slice(0, limit);
  }

  /** All jobs of a state, oldest first. */
  inState(state: JobState): Job[] {
    return this.list({ state, limit: Number.MAX_SAFE_INTEGER }).reverse();
  }

  /** Changes a job for good. */
  change(id: number, changes: JobChanges): Job {
    durably(this.#database, () => this.note(id, changes));
    return this.get(id) as Job;
  }

  /** Notes how far a job is, which a power cut may lose. */
  note(id: number, changes: JobChanges): void {
    const known = Object.entries(changes).filter(([, value]) => value !== undefined);
    this.#unwritten.set(id, { ...this.#unwritten.get(id), ...Object.fromEntries(known) });
    this.#disk.flush();
  }

  #changed(job: Job): Job {
    const changes = this.#unwritten.get(job.id);
    if (changes === undefined) return job;
    const { error = job.error, ended = job.ended, ...others } = changes;
    const warning = `Its state is kept in memory until it can be written: ${this.#disk.fault}.`;
    return { ...job, ...others, error: error ?? undefined, ended: ended ?? undefined, warning };
  }

  #write(): void {
    for (const [id, changes] of this.#unwritten) {
      const columns = Object.keys(changes).map((column) => `${column} = ?`);
      const values = Object.values(changes).map(columnOf);
      this.#database.prepare(`UPDATE jobs SET ${columns.join(", ")} WHERE id = ?`).run(...values, id);
      this.#unwritten.delete(id);
    }
  }
}

function columnOf(value: unknown): unknown {
  if (typeof value === "boolean") return Number(value);
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}

const jsonColumns: ReadonlySet<string> = new Set(["options", "progress", "result", "error", "trace"]);

function jobOf(row: Row): Job {
  const known = Object.entries(row).filter(([, value]) => value !== null);
  const values = known.map(([column, value]) => [column, jsonColumns.has(column) ? JSON.parse(String(value)) : value]);
  return { ...Object.fromEntries(values), canceling: row.canceling === 1 };
}

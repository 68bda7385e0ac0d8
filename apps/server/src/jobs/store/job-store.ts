import type { Job, JobRequest, JobState } from "../job.ts";
import { type Database, durably, rowsOf } from "./database.ts";

/** What changes while a job goes on. `undefined` leaves a value as it is. */
export type JobChanges = Partial<Omit<Job, "id" | "created" | keyof JobRequest>>;

/** A row of the table: objects are JSON, and what is missing is `null`. */
type Row = Readonly<Record<string, unknown>>;

export interface JobFilter {
  state?: JobState;
  /** Only those taken before this one. */
  before?: number;
  limit: number;
}

/** The jobs of a service, in its database. */
export class JobStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  add({ kind, model, data, options }: JobRequest, created: number): Job {
    const insert = "INSERT INTO jobs (kind, state, model, data, options, created) VALUES (?, 'queued', ?, ?, ?, ?)";
    const values = [kind, model, data ?? null, JSON.stringify(options), created];
    const { lastInsertRowid } = durably(this.#database, () => this.#database.prepare(insert).run(...values));
    return this.get(Number(lastInsertRowid)) as Job;
  }

  get(id: number): Job | undefined {
    const [row] = rowsOf<Row>(this.#database.prepare("SELECT * FROM jobs WHERE id = ?"), id);
    return row === undefined ? undefined : jobOf(row);
  }

  list({ state, before, limit }: JobFilter): Job[] {
    const statement = this.#database.prepare(
      "SELECT * FROM jobs WHERE (? IS NULL OR state = ?) AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?",
    );
    const values = [state ?? null, state ?? null, before ?? null, before ?? null, limit];
    return rowsOf<Row>(statement, ...values).map(jobOf);
  }

  /** All jobs of a state, oldest first. */
  inState(state: JobState): Job[] {
    const statement = this.#database.prepare("SELECT * FROM jobs WHERE state = ? ORDER BY id");
    return rowsOf<Row>(statement, state).map(jobOf);
  }

  count(state: JobState): number {
    const statement = this.#database.prepare("SELECT count(*) AS jobs FROM jobs WHERE state = ?");
    return rowsOf<{ jobs: number }>(statement, state)[0]?.jobs ?? 0;
  }

  /** Changes a job for good. */
  change(id: number, changes: JobChanges): Job {
    return durably(this.#database, () => this.#write(id, changes));
  }

  /** Notes how far a job is, which a power cut may lose. */
  note(id: number, changes: Pick<JobChanges, "progress" | "fruitless">): void {
    this.#write(id, changes);
  }

  #write(id: number, changes: JobChanges): Job {
    const entries = Object.entries(changes).filter(([, value]) => value !== undefined);
    const columns = entries.map(([column]) => `${column} = ?`).join(", ");
    const values = entries.map(([, value]) => columnOf(value));
    this.#database.prepare(`UPDATE jobs SET ${columns} WHERE id = ?`).run(...values, id);
    return this.get(id) as Job;
  }
}

function columnOf(value: unknown): unknown {
  if (typeof value === "boolean") return Number(value);
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}

const jsonColumns: ReadonlySet<string> = new Set(["options", "progress", "result", "error"]);

function jobOf(row: Row): Job {
  const known = Object.entries(row).filter(([, value]) => value !== null);
  const values = known.map(([column, value]) => [column, jsonColumns.has(column) ? JSON.parse(String(value)) : value]);
  return { ...Object.fromEntries(values), canceling: row.canceling === 1 };
}

import { type Database, rowsOf } from "./database.ts";
import { Disk } from "./disk.ts";

/** An event of a job, as listeners receive it. */
export type EventType = "state" | "batch" | "epoch" | "log" | "artifact";

/** Something that happened to a job. */
export interface JobEvent {
  /** Rises from event to event, over all jobs. */
  id: number;
  type: EventType;
  data: string;
}

/** How many events of a type are kept of a job: the newest. */
const kept: Readonly<Record<EventType, number>> = { state: 200, batch: 200, epoch: 10_000, log: 1000, artifact: 500 };

/** Events of a job after which the oldest are looked for. */
const pruneEvery = 100;

/** Jobs that are over of which events are kept: the newest. */
const jobsWithEvents = 100;

/** Events that are kept in memory while the disk does not accept them. */
const maxUnwritten = 2000;

/** What happened to jobs: kept, so that listeners may come late or come back, and sent at once to those who wait. */
export class EventStore {
  readonly #database: Database;
  readonly #waiting = new Map<number, Set<() => void>>();
  readonly #unpruned = new Map<number, number>();
  readonly #disk: Disk;
  /** Events that are not in the database yet. */
  readonly #unwritten: (JobEvent & { job: number })[] = [];
  #lastId: number;

  constructor(database: Database, disk: Disk = new Disk(database)) {
    this.#database = database;
    this.#disk = disk;
    const last = "SELECT seq FROM sqlite_sequence WHERE name = 'events'";
    this.#lastId = rowsOf<{ seq: number }>(database.prepare(last))[0]?.seq ?? 0;
    disk.addWriter(() => this.#write());
  }

  add(job: number, type: EventType, data: object): void {
    this.#unwritten.push({ id: ++this.#lastId, job, type, data: JSON.stringify(data) });
    this.#disk.flush();
    if (this.#unwritten.length > maxUnwritten) {
      const batch = this.#unwritten.findIndex((event) => event.type === "batch");
      this.#unwritten.splice(Math.max(0, batch), 1);
    }
    const unpruned = (this.#unpruned.get(job) ?? 0) + 1;
    this.#unpruned.set(job, unpruned % pruneEvery);
    if (unpruned === pruneEvery) this.#disk.attempt(() => this.#prune(job));
    for (const listener of this.#waiting.get(job) ?? []) listener();
  }

  /** Events of a job after one of them, in order. */
  after(job: number, id: number, limit = 100): JobEvent[] {
    const statement = this.#database.prepare(
      "SELECT id, type, data FROM events WHERE job = ? AND id > ? ORDER BY id LIMIT ?",
    );
    const written = rowsOf<JobEvent>(statement, job, id, limit);
    const unwritten = this.#unwritten.filter((event) => event.job === job && event.id > id);
    return [...written, ...unwritten.map(({ job: _, ...event }) => event)].slice(0, limit);
  }

  /** Calls a function whenever there is something new of a job. @returns what ends that */
  listen(job: number, listener: () => void): () => void {
    const listeners = this.#waiting.get(job) ?? new Set();
    this.#waiting.set(job, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#waiting.get(job) === listeners) this.#waiting.delete(job);
    };
  }

  /** After a job is over: forgets what happened to the ones long before it. */
  forgetOld(): void {
    this.#unpruned.clear();
    const newest = "SELECT id FROM jobs WHERE ended IS NOT NULL ORDER BY id DESC LIMIT -1 OFFSET ?";
    const statement = `DELETE FROM events WHERE job IN (${newest})`;
    this.#disk.attempt(() => this.#database.prepare(statement).run(jobsWithEvents));
  }

  #write(): void {
    for (let event = this.#unwritten[0]; event !== undefined; event = this.#unwritten[0]) {
      const statement = this.#database.prepare("INSERT INTO events (id, job, type, data) VALUES (?, ?, ?, ?)");
      statement.run(event.id, event.job, event.type, event.data);
      this.#unwritten.shift();
    }
  }

  #prune(job: number): void {
    const first = "SELECT id FROM events WHERE job = ? AND type = ? ORDER BY id DESC LIMIT 1 OFFSET ?";
    const statement = this.#database.prepare(`DELETE FROM events WHERE job = ? AND type = ? AND id <= (${first})`);
    for (const [type, most] of Object.entries(kept)) statement.run(job, type, job, type, most);
  }
}

import { existsSync, mkdirSync, renameSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { LookonceError } from "@lookonce/errors";
import Libsql from "libsql";
import { migrate } from "./migrations.ts";

export type Database = Libsql.Database;

/**
 * Opens the database of jobs, and makes it where there is none. Readers do not wait for writers (WAL). What is written
 * survives the end of the process, however it comes; {@link durably} also survives a power cut. A damaged one is set aside
 * under another name, and an empty one made in its place.
 *
 * @param onDamage is called with a sentence on a database that was set aside
 * @throws LookonceError `IO` when the file cannot be used
 */
export function openDatabase(file: string, onDamage?: (notice: string) => void): Database {
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true });
    const damage = existsSync(file) ? damageOf(file) : undefined;
    if (damage !== undefined) onDamage?.(setAside(file, damage));
    const database = new Libsql(file, { timeout: 5000 });
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = NORMAL");
    database.pragma("foreign_keys = ON");
    migrate(database);
    return database;
  } catch (cause) {
    throw new LookonceError("IO", `cannot use ${file} as database of jobs: ${(cause as Error).message}`, { cause });
  }
}

/** What SQLite, or a job that cannot be read, says of the damage to a database. */
function damageOf(file: string): string | undefined {
  const database = new Libsql(file, { timeout: 5000 });
  try {
    const [row] = database.pragma("quick_check(1)") as { quick_check: string }[];
    if (row?.quick_check !== "ok") return row?.quick_check.split("\n").at(-1) ?? "it cannot be checked";
    const hasJobs = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'jobs'").all().length > 0;
    // Pages have no checksums: within a text, SQLite does not notice a changed byte.
    const unreadable =
      "SELECT id FROM jobs WHERE NOT (json_valid(options) AND json_valid(ifnull(progress, '{}')) AND json_valid(ifnull(result, '{}')) AND json_valid(ifnull(error, '{}')))";
    const [job] = hasJobs ? rowsOf<{ id: number }>(database.prepare(unreadable)) : [];
    return job === undefined ? undefined : `job ${job.id} cannot be read`;
  } catch (error) {
    const { code = "", message } = error as Error & { code?: string };
    if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return message;
    throw error;
  } finally {
    database.close();
  }
}

function setAside(file: string, damage: string): string {
  const aside = `${file}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`;
  // The log of writes first: beside an empty database, it would be taken for that one's.
  for (const part of ["-wal", "-shm", ""]) if (existsSync(file + part)) renameSync(file + part, aside + part);
  return `The database of jobs was damaged (${damage}): it was set aside as ${basename(aside)}, and an empty one was made. Runs are kept.`;
}

/** Does something whose writes are on the disk when it returns. */
export function durably<T>(database: Database, action: () => T): T {
  database.pragma("synchronous = FULL");
  try {
    return action();
  } finally {
    database.pragma("synchronous = NORMAL");
  }
}

/** Rows of a statement, as they are; `get` of this library adds a key of its own. */
export function rowsOf<T>(statement: Libsql.Statement, ...values: unknown[]): T[] {
  return statement.all(...values) as T[];
}

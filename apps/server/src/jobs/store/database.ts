import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { LookonceError } from "@lookonce/errors";
import Libsql from "libsql";
import { migrate } from "./migrations.ts";

export type Database = Libsql.Database;

/**
 * Opens the database of jobs, and makes it where there is none. Readers do not wait for writers (WAL). What is written
 * survives the end of the process, however it comes; {@link durably} also survives a power cut.
 *
 * @throws LookonceError `IO` when the file cannot be used
 */
export function openDatabase(file: string): Database {
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true });
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

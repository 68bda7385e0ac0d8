import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { LookonceError } from "@lookonce/errors";
import Libsql from "libsql";

/** A lock that one process at a time has; it is free when its process ends, however it ends. */
export interface ProcessLock {
  release(): void;
}

/**
 * Locks, unless another process has the lock. Node has no lock that the operating system frees, so this is
 * SQLite's: an exclusive transaction on an otherwise empty database.
 *
 * `withLock` of `@lookonce/files` is no substitute: it knows by the number and the start of a process whether its owner lives,
 * which systems other than Linux do not show, and waits where this answers at once. It is for folders that several hosts share,
 * on which SQLite's locks cannot be relied upon.
 *
 * @param file is made where it does not exist, as is `file.pid`, with the number of the process that has it
 * @throws LookonceError `IO` when the file cannot be used
 */
export function tryLock(file: string): ProcessLock | undefined {
  let database: Libsql.Database | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    database = new Libsql(file, { timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
    writeFileSync(pidFile(file), String(process.pid));
  } catch (cause) {
    database?.close();
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "SQLITE_BUSY") return undefined;
    throw new LookonceError("IO", `cannot use ${file} as a lock: ${message}`, { cause });
  }
  return lockOf(database);
}

function lockOf(database: Libsql.Database): ProcessLock {
  return {
    release() {
      database.exec("ROLLBACK");
      database.close();
    },
  };
}

/** The process that took a lock last. */
export function lockHolder(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile(file), "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the files of a lock that nobody will use any more. */
export function removeLock(file: string): void {
  for (const path of [file, `${file}-journal`, pidFile(file)]) rmSync(path, { force: true });
}

function pidFile(file: string): string {
  return `${file}.pid`;
}

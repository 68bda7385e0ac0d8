import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import Libsql from "libsql";

/** A lock that one process at a time has; it is free when its process ends, however it ends. */
export interface ProcessLock {
  release(): void;
}

/**
 * Locks, unless another process has the lock. Node has no lock that the operating system frees, so this is
 * SQLite's: an exclusive transaction on an otherwise empty database.
 *
 * @param file is made where it does not exist, as is `file.pid`, with the number of the process that has it
 */
export function tryLock(file: string): ProcessLock | undefined {
  mkdirSync(dirname(file), { recursive: true });
  const database = new Libsql(file, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if ((error as { code?: string }).code === "SQLITE_BUSY") return undefined;
    throw error;
  }
  writeFileSync(pidFile(file), String(process.pid));
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

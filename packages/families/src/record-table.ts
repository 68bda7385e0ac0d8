import { didYouMean, LookonceError } from "@lookonce/errors";

/** Records by name: those that are built in, and others that are added. */
export interface RecordTable<T> {
  /** Returns the record of a name. @throws LookonceError `ARGUMENT` for one that is not registered */
  get: (name: string) => T;
  /** Adds a record, or replaces the one of its name. */
  add: (record: T) => void;
}

/** @param kind what the records are, for messages */
export function recordTable<T extends { readonly name: string }>(kind: string, builtIn: readonly T[]): RecordTable<T> {
  const records = new Map(builtIn.map((record) => [record.name, record]));
  const get = (name: string): T => {
    const record = records.get(name);
    if (record !== undefined) return record;
    const known = [...records.keys()];
    const hint = didYouMean(name, known);
    throw new LookonceError("ARGUMENT", `There is no ${kind} "${name}"; there are ${known.join(", ")}.${hint}`);
  };
  return { get, add: (record) => void records.set(record.name, record) };
}

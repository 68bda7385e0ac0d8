import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import type { Job, PartRecord, Runner, RunnerContext } from "./jobs.ts";
import { openStorage } from "./storage/open-storage.ts";
import type { Storage } from "./storage/storage.ts";

/** The key of the record that makes a part's output visible. */
export function partKey({ run, part }: Pick<Job, "run" | "part">): string {
  return `runs/${run}/parts/${String(part).padStart(6, "0")}.json`;
}

/** Reads the record of a part, or `undefined` where there is none yet. @throws LookonceError `FORMAT`, `IO` */
export async function readPart(storage: Storage, job: Pick<Job, "run" | "part">): Promise<PartRecord | undefined> {
  const key = partKey(job);
  let text: string;
  try {
    text = Buffer.from(await storage.read(key)).toString("utf8");
  } catch (error) {
    if (error instanceof LookonceError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
  const record = parseRecord(text);
  if (record?.form === 1 && Array.isArray(record.files)) return record;
  throw new LookonceError("FORMAT", `${key} in ${storage.ref.url} is no record of a part that this version knows.`);
}

function parseRecord(text: string): PartRecord | undefined {
  try {
    return JSON.parse(text) as PartRecord;
  } catch {
    return undefined;
  }
}

/** What {@link computePart} needs besides a job. */
export interface ComputeOptions
  extends Pick<RunnerContext, "cache" | "place" | "signal" | "progress" | "log" | "send"> {
  runner: Runner;
  /** Who computes: `host:pid`. */
  worker: string;
}

/**
 * Computes a part and stores its output: files under a name of the attempt's own, then the record, as a whole. A part that
 * has a record already is not computed again, and one that is computed twice has one output all the same.
 */
export async function computePart(job: Job, { runner, worker, ...options }: ComputeOptions): Promise<PartRecord> {
  const storage = await openStorage(job.storage);
  const before = await readPart(storage, job);
  if (before !== undefined) return before;
  const start = performance.now();
  await mkdir(options.cache, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), "lookonce-job-"));
  try {
    const { data, files = [] } = await runner(job, { ...options, storage, folder });
    const attempt = `runs/${job.run}/files/${String(job.part).padStart(6, "0")}-${randomUUID().slice(0, 8)}/`;
    for (const file of files) await storage.upload(`${attempt}${file}`, join(folder, file));
    const seconds = (performance.now() - start) / 1000;
    const record: PartRecord = { form: 1, data, prefix: attempt, files, worker, seconds };
    await storage.write(partKey(job), JSON.stringify(record));
    return record;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

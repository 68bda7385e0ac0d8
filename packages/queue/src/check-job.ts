import { LookonceError, show } from "@lookonce/errors";
import { type Job, jobKinds } from "./jobs.ts";

/** Names of runs: they are parts of keys in Redis and in storages. */
const runName = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * Checks a job that comes from elsewhere.
 *
 * @throws LookonceError `FORMAT` naming what is wrong
 */
export function checkJob(value: unknown): Job {
  const job = (isRecord(value) ? value : {}) as Partial<Record<keyof Job, unknown>>;
  const refuse = (key: keyof Job, expected: string): never => {
    throw new LookonceError("FORMAT", `A job's ${key} must be ${expected}, not ${show(job[key])}.`);
  };
  if (job.form !== 1) refuse("form", "1; workers and those who queue jobs need the same version of lookonce");
  if (!jobKinds.some((kind) => kind === job.kind)) refuse("kind", `one of ${jobKinds.join(", ")}`);
  if (typeof job.run !== "string" || !runName.test(job.run)) refuse("run", "a name of a-z, 0-9 and hyphens");
  if (!isCount(job.parts) || job.parts < 1) refuse("parts", "a number from 1 on");
  if (!isCount(job.part) || job.part >= Number(job.parts)) refuse("part", "a number below that of the parts");
  if (!isRecord(job.storage) || typeof job.storage.url !== "string") refuse("storage", "an object with a url");
  if (!isRecord(job.task)) refuse("task", "an object");
  if (job.trace !== undefined && !isRecord(job.trace)) refuse("trace", "an object");
  return value as Job;
}

/** The id of a job in its queue. */
export function jobId({ run, part }: Pick<Job, "run" | "part">): string {
  return `${run}.${part}`;
}

/** The run and the part of a job's id. */
export function parseJobId(id: string): { run: string; part: number } {
  const at = id.lastIndexOf(".");
  return { run: id.slice(0, at), part: Number(id.slice(at + 1)) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

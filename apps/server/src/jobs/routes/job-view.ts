import { join } from "node:path";
import { type ListedFile, listFiles } from "../../paths/list-files.ts";
import type { Job } from "../job.ts";

/** A file of a job, as in answers. */
export type Artifact = Omit<ListedFile, "modified">;

/** A job as in answers: with ISO 8601 times, without what only the service needs. */
export interface JobView
  extends Omit<Job, "id" | "created" | "started" | "ended" | "fruitless" | "trace" | "ticket" | "heard"> {
  id: string;
  created: string;
  started?: string;
  ended?: string;
  /** Only of a single job, not in lists. */
  artifacts?: Artifact[];
}

export function jobView(job: Job): JobView {
  const { id, created, started, ended, fruitless: _f, trace: _t, ticket: _k, heard: _h, ...rest } = job;
  return {
    ...{ ...rest, id: String(id), created: isoTime(created) },
    ...(started === undefined ? {} : { started: isoTime(started) }),
    ...(ended === undefined ? {} : { ended: isoTime(ended) }),
  };
}

/** The files of a job's run. */
export async function artifactsOf({ run }: Job, runsRoot: string): Promise<Artifact[]> {
  if (run === undefined) return [];
  const files = await listFiles(join(runsRoot, run));
  return files.map(({ name, bytes, type }) => ({ name, bytes, type }));
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}

import { join } from "node:path";
import { makeRunDirectory } from "@lookonce/yolo";
import { findDataset } from "../../datasets/datasets.ts";
import { confine } from "../../paths/confine.ts";
import { findModelFile } from "../../paths/model-files.ts";
import type { Job, JobRequest } from "../job.ts";
import type { JobsOptions } from "../jobs-options.ts";
import type { JobTask } from "../worker/messages.ts";

/** The files of a job's model and data set. Throws where there are none. */
export async function findFiles(
  { runsRoot, dataRoots, modelRoots, modelPath }: JobsOptions,
  { model, data }: Pick<JobRequest, "model" | "data">,
): Promise<Pick<JobTask, "model" | "data">> {
  const found = { model: modelPath?.(model) ?? (await findModelFile([...modelRoots, runsRoot], model)) };
  return data === undefined ? found : { ...found, data: await findDataset(dataRoots, data) };
}

/** What is to be done for a job. One that is started for the first time gets its folder. */
export async function taskOf(options: JobsOptions, job: Job): Promise<JobTask> {
  const { runsRoot, database, device, threads, niceness = 10 } = options;
  const { id, kind, run } = job;
  const files = await findFiles(options, job);
  const known = run === undefined ? undefined : confine(runsRoot, run);
  return {
    ...{ kind, options: job.options, ...files, lock: `${database}.job-${id}.lock`, niceness },
    directory: known ?? (await makeRunDirectory(join(runsRoot, kind))),
    place: { ...(device === undefined ? {} : { device }), ...(threads === undefined ? {} : { threads }) },
  };
}

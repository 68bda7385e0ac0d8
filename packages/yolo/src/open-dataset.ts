import type { Dataset, DatasetConfig, DatasetOptions, LabelKind, OnProgress } from "@lookonce/data";
import { describeProblem } from "./describe-problem.ts";

/** Where lines for people go. */
export interface LogOptions {
  /** Called with each line, such as that an image size was rounded up. Default: none. */
  log?: ((line: string) => void) | undefined;
}

/** The labels that a task learns from; nothing without a task, whose labels are then what the data set has. */
export async function labelsOf(task: string | undefined): Promise<{ labels?: LabelKind }> {
  if (task === undefined) return {};
  const { taskOf } = await import("@lookonce/families");
  return { labels: taskOf(task).labels ?? "boxes" };
}

/** Images after which a long check says how far it is. */
const step = 10_000;

/** Problems that are named one by one; the rest is counted. */
const named = 5;

/** Opens a split of a data set, whose check is kept beside the labels' folder, and reports what was found and left out. */
export async function openDataset(
  yaml: string | DatasetConfig,
  { log, ...options }: Omit<DatasetOptions, "yaml" | "log"> & { log: (line: string) => void },
): Promise<Dataset> {
  const { Dataset } = await import("@lookonce/data");
  const onProgress: OnProgress = ({ done, total }) => {
    if (done % step === 0) log(`${options.split}: ${done} of ${total} images checked`);
  };
  const dataset = await Dataset.open({ cache: true, onProgress, ...options, yaml, log });
  const { split } = dataset;
  const { images, instances, missing, empty, corrupt, problems } = dataset.report;
  log(
    `${split}: ${images} images with ${instances} objects; ${missing + empty} are background, ${corrupt} have faults`,
  );
  for (const problem of problems.slice(0, named)) log(describeProblem(problem));
  if (problems.length > named) log(`… and ${problems.length - named} more were left out`);
  return dataset;
}

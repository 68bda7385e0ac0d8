import type { Dataset, DatasetConfig } from "@lookonce/data";
import { describeProblem } from "./describe-problem.ts";

/** Problems that are named one by one; the rest is counted. */
const named = 5;

/**
 * Opens a split of a data set and tells what was found in it and what was left out.
 *
 * @throws LookonceError when the data set as a whole cannot be used
 */
export async function openDataset(
  yaml: string | DatasetConfig,
  { split, log }: { split: string; log: (line: string) => void },
): Promise<Dataset> {
  const { Dataset } = await import("@lookonce/data");
  const dataset = await Dataset.open({ yaml, split });
  const { pictures, instances, missing, empty, corrupt, problems } = dataset.report;
  log(
    `${split}: ${pictures} pictures with ${instances} objects; ${missing + empty} are background, ${corrupt} have faults`,
  );
  for (const problem of problems.slice(0, named)) log(describeProblem(problem));
  if (problems.length > named) log(`… and ${problems.length - named} more were left out`);
  return dataset;
}

import type { DataCheckArgs } from "@lookonce/config";
import type { DatasetReport, OnProgress } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import { type LogOptions, labelsOf } from "../open-dataset.ts";

/** Options of {@link checkData}. */
export interface CheckDataOptions extends DataCheckArgs, LogOptions {
  /** Called with the progress of the check of a split. */
  onProgress?: (split: string, state: Parameters<OnProgress>[0]) => void;
}

/** What {@link checkData} found. */
export interface DataCheck {
  names: readonly string[];
  /** What was found in each split that can be used. */
  splits: Record<string, DatasetReport>;
  /** Why others cannot be used at all. */
  errors: Record<string, { code: string; message: string }>;
}

/**
 * Checks every image and label of a data set, whatever was found before; what is found is kept for training.
 *
 * @throws LookonceError when the data set file cannot be used
 */
export async function checkData({ data, task, splits, onProgress, log }: CheckDataOptions): Promise<DataCheck> {
  const { Dataset, readDatasetConfig } = await import("@lookonce/data");
  const config = await readDatasetConfig(data);
  const labels = await labelsOf(task);
  const check: DataCheck = { names: config.names, splits: {}, errors: {} };
  for (const split of splits ?? Object.keys(config.splits)) {
    try {
      const dataset = await Dataset.open({
        ...{ yaml: config, split, cache: "renew" },
        ...labels,
        ...(log === undefined ? {} : { log }),
        onProgress: (state) => onProgress?.(split, state),
      });
      check.splits[split] = dataset.report;
    } catch (error) {
      if (!(error instanceof LookonceError)) throw error;
      check.errors[split] = { code: error.code, message: error.message };
    }
  }
  return check;
}

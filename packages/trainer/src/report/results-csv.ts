import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { taskOf } from "@lookonce/families";
import { writeWholeSync, writing } from "@lookonce/files";
import { groupNames } from "../optimizer/parameter-groups.ts";
import type { EpochInfo, RunInfo, TrainCallbacks } from "./callbacks.ts";

/**
 * Writes `results.csv` to the run's directory, a row an epoch; scores of epochs that were not validated are empty. A
 * resumed training keeps the rows of the finished epochs.
 */
export function resultsCsv(): TrainCallbacks {
  let file = "";
  let run = { task: "detect" };
  let columns: string[] = [];
  return {
    onTrainStart({ directory, task, firstEpoch }) {
      run = { task };
      file = join(directory, "results.csv");
      const kept = firstEpoch === 0 ? [] : rowsOf(file).slice(0, firstEpoch + 1);
      columns = kept[0]?.split(",") ?? [];
      if (kept.length > 0) writeWholeSync(file, `${kept.join("\n")}\n`);
    },
    onFitEpochEnd(epoch) {
      if (columns.length === 0) {
        columns = [...resultsRow(epoch, run).keys()];
        writeWholeSync(file, `${columns.join(",")}\n`);
      }
      writing(file, () => appendFileSync(file, `${row(columns, resultsRow(epoch, run))}\n`));
    },
  };
}

function rowsOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

function row(columns: readonly string[], values: ReadonlyMap<string, string>): string {
  return columns.map((column) => values.get(column) ?? "").join(",");
}

/**
 * An epoch as a row of `results.csv`: texts by the names of the columns, which are YOLOv8's (8.3). What was not measured is
 * empty.
 */
export function resultsRow(
  { epoch, seconds, losses, validation, lr }: EpochInfo,
  { task }: Pick<RunInfo, "task">,
): Map<string, string> {
  const fixed = (value: number | undefined): string => value?.toFixed(5) ?? "";
  const parts = Object.keys(losses);
  return new Map([
    ["epoch", String(epoch + 1)],
    ["time", seconds.toFixed(2)],
    ...parts.map((part) => [`train/${part}_loss`, fixed(losses[part])] as const),
    ...Object.entries(taskOf(task).columns(validation)).map(([name, score]) => [name, fixed(score)] as const),
    ...parts.map((part) => [`val/${part}_loss`, fixed(validation?.losses?.[part])] as const),
    ...groupNames.map((group, i) => [`lr/pg${i}`, String(Number(lr[group].toPrecision(6)))] as const),
  ]);
}

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWholeSync, writing } from "@lookonce/files";
import type { EpochInfo, TrainCallbacks } from "./callbacks.ts";
import { resultsRow } from "./results-row.ts";

/**
 * Writes `results.csv` into the run's folder, a row an epoch; scores of epochs that were not validated are empty. A
 * training that goes on keeps the rows of the epochs before.
 */
export function resultsCsv(): TrainCallbacks {
  let file = "";
  let columns: string[] = [];
  return {
    onTrainStart({ directory, firstEpoch }) {
      file = join(directory, "results.csv");
      const kept = firstEpoch === 0 ? [] : rowsOf(file).slice(0, firstEpoch + 1);
      columns = kept[0]?.split(",") ?? [];
      if (kept.length > 0) writeWholeSync(file, `${kept.join("\n")}\n`);
    },
    onFitEpochEnd(epoch) {
      if (columns.length === 0) {
        columns = [...resultsRow(epoch).keys()];
        writeWholeSync(file, `${columns.join(",")}\n`);
      }
      writing(file, () => appendFileSync(file, `${row(columns, epoch)}\n`));
    },
  };
}

function rowsOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

function row(columns: readonly string[], epoch: EpochInfo): string {
  const values = resultsRow(epoch);
  return columns.map((column) => values.get(column) ?? "").join(",");
}

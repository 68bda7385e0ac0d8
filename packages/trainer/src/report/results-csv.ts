import { taskOf } from "@lookonce/families";
import { appendWholeSync, existsSync, join, readFileSync, writeWholeSync } from "@lookonce/files";
import type { EpochInfo, RunInfo, TrainCallbacks } from "./callbacks.ts";

/**
 * Writes `results.csv` to the run's directory, a row an epoch; scores of epochs that were not validated are empty. A
 * resumed training keeps the rows of the finished epochs.
 */
export function resultsCsv(): TrainCallbacks {
  let file = "";
  let run: Pick<RunInfo, "task"> = { task: "detect" };
  let columns: string[] = [];
  return {
    onTrainStart(info) {
      const { directory, firstEpoch } = info;
      run = info;
      file = join(directory, "results.csv");
      const isResumed = firstEpoch > 0 && existsSync(file);
      const kept = isResumed
        ? readFileSync(file, "utf8")
            .trimEnd()
            .split("\n")
            .slice(0, firstEpoch + 1)
        : [];
      columns = kept[0]?.split(",") ?? [];
      if (kept.length > 0) writeWholeSync(file, `${kept.join("\n")}\n`);
    },
    onFitEpochEnd(epoch) {
      const row = resultsRow(epoch, run);
      if (columns.length === 0) {
        columns = [...row.keys()];
        writeWholeSync(file, `${columns.join(",")}\n`);
      }
      const cells = columns.map((column) => row.get(column) ?? "");
      appendWholeSync(file, `${cells.join(",")}\n`);
    },
  };
}

/** An epoch's texts by the names of the columns, which are YOLOv8's (8.3); empty for what was not measured. */
export function resultsRow(
  { epoch, seconds, losses, validation, lr }: EpochInfo,
  { task }: Pick<RunInfo, "task">,
): Map<string, string> {
  const fixed = (value: number | undefined): string => value?.toFixed(5) ?? "";
  const parts = Object.keys(losses);
  const column = (part: string): string => (part === "loss" ? part : `${part}_loss`);
  return new Map([
    ["epoch", String(epoch + 1)],
    ["time", seconds.toFixed(2)],
    ...parts.map((part) => [`train/${column(part)}`, fixed(losses[part])] as const),
    ...Object.entries(taskOf(task).columns(validation)).map(([name, score]) => [name, fixed(score)] as const),
    ...parts.map((part) => [`val/${column(part)}`, fixed(validation?.losses?.[part])] as const),
    ...Object.values(lr).map((rate, i) => [`lr/pg${i}`, String(Number(rate.toPrecision(6)))] as const),
  ]);
}

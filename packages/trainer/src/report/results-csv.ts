import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { groupNames } from "../optimizer/parameter-groups.ts";
import type { EpochInfo, TrainCallbacks } from "./callbacks.ts";
import { writing } from "./writing.ts";

/**
 * Writes `results.csv` into the run's folder, a row an epoch; scores of epochs that were not validated are empty. A
 * training that goes on keeps the rows of the epochs before.
 */
export function resultsCsv(): TrainCallbacks {
  let file = "";
  let kept: string[] = [];
  return {
    onTrainStart({ directory, firstEpoch }) {
      file = join(directory, "results.csv");
      kept = firstEpoch === 0 ? [] : rowsOf(file).slice(0, firstEpoch + 1);
      if (kept.length > 0) writing(file, () => writeFileSync(file, `${kept.join("\n")}\n`));
    },
    onFitEpochEnd(epoch) {
      if (kept.length === 0) {
        kept = [header(epoch)];
        writing(file, () => writeFileSync(file, `${kept[0]}\n`));
      }
      writing(file, () => appendFileSync(file, `${row(epoch)}\n`));
    },
  };
}

function rowsOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

function header({ losses }: EpochInfo): string {
  const parts = Object.keys(losses).map((part) => `train/${part}_loss`);
  const scores = ["precision", "recall", "mAP50", "mAP50-95"].map((score) => `metrics/${score}(B)`);
  return ["epoch", "time", ...parts, ...scores, ...groupNames.map((_, i) => `lr/pg${i}`)].join(",");
}

function row({ epoch, seconds, losses, validation, rates }: EpochInfo): string {
  const scores = [validation?.precision, validation?.recall, validation?.map50, validation?.map50_95];
  return [
    epoch + 1,
    seconds.toFixed(2),
    ...Object.values(losses).map((value) => value.toFixed(5)),
    ...scores.map((value) => value?.toFixed(5) ?? ""),
    ...groupNames.map((group) => Number(rates[group].toPrecision(6))),
  ].join(",");
}

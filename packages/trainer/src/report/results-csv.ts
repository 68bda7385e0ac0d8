import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import type { EpochInfo, TrainCallbacks } from "./callbacks.ts";

const header =
  "epoch,time,train/box_loss,train/cls_loss,train/dfl_loss,metrics/precision(B),metrics/recall(B),metrics/mAP50(B),metrics/mAP50-95(B),lr";

/** Writes `results.csv` into the run's folder, a row an epoch; scores of epochs that were not validated are empty. */
export function resultsCsv(): TrainCallbacks {
  let file = "";
  return {
    onTrainStart({ directory }) {
      file = join(directory, "results.csv");
      write(() => writeFileSync(file, `${header}\n`), file);
    },
    onEpochEnd(epoch) {
      write(() => appendFileSync(file, `${row(epoch)}\n`), file);
    },
  };
}

function row({ epoch, seconds, losses, validation, rate }: EpochInfo): string {
  const scores = [validation?.precision, validation?.recall, validation?.map50, validation?.map50_95];
  return [
    epoch + 1,
    seconds.toFixed(2),
    ...[losses.box, losses.cls, losses.dfl].map((value) => value.toFixed(5)),
    ...scores.map((value) => value?.toFixed(5) ?? ""),
    Number(rate.toPrecision(6)),
  ].join(",");
}

function write(action: () => void, file: string): void {
  try {
    action();
  } catch (cause) {
    throw new LookonceError("IO", `cannot write ${file}: ${(cause as Error).message}`, { cause });
  }
}

import { groupNames } from "../optimizer/parameter-groups.ts";
import type { EpochInfo } from "./callbacks.ts";

/**
 * An epoch as a row of `results.csv`: texts by the names of the columns, which are YOLOv8's (8.3). What was not measured is
 * empty.
 */
export function resultsRow({ epoch, seconds, losses, validation, lr }: EpochInfo): Map<string, string> {
  const fixed = (value: number | undefined): string => value?.toFixed(5) ?? "";
  const parts = Object.keys(losses);
  return new Map([
    ["epoch", String(epoch + 1)],
    ["time", seconds.toFixed(2)],
    ...parts.map((part) => [`train/${part}_loss`, fixed(losses[part])] as const),
    ["metrics/precision(B)", fixed(validation?.precision)],
    ["metrics/recall(B)", fixed(validation?.recall)],
    ["metrics/mAP50(B)", fixed(validation?.map50)],
    ["metrics/mAP50-95(B)", fixed(validation?.map50_95)],
    ...parts.map((part) => [`val/${part}_loss`, fixed(validation?.losses?.[part])] as const),
    ...groupNames.map((group, i) => [`lr/pg${i}`, String(Number(lr[group].toPrecision(6)))] as const),
  ]);
}

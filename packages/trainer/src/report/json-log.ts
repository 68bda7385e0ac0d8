import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { writing } from "@lookonce/files";
import type { TrainCallbacks } from "./callbacks.ts";

/**
 * Writes `log.jsonl` into the run's folder, for programs to follow: a JSON object a line, `event` `start`, `batch`,
 * `epoch`, `save` or `end`. A training that goes on adds to it.
 */
export function jsonLog(): TrainCallbacks {
  let file = "";
  const log = (event: string, entry: object): void => {
    writing(file, () => appendFileSync(file, `${JSON.stringify({ event, ...entry })}\n`));
  };
  return {
    onTrainStart({ directory, ...run }) {
      file = join(directory, "log.jsonl");
      log("start", run);
    },
    onTrainBatchEnd({ mean: _, ...batch }) {
      log("batch", batch);
    },
    onFitEpochEnd({ validation, ...epoch }) {
      const { confusion: _, curves: __, ...scores } = validation ?? {};
      log("epoch", validation === undefined ? epoch : { ...epoch, scores });
    },
    onModelSave(saved) {
      log("save", saved);
    },
    onTrainEnd({ directory: _, ...end }) {
      log("end", end);
    },
  };
}

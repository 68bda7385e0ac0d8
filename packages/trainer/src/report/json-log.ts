import { appendWholeSync, join, writeWholeSync } from "@lookonce/files";
import { dump } from "js-yaml";
import type { TrainCallbacks } from "./callbacks.ts";

/**
 * Writes `log.jsonl` to the run's directory, for programs to follow: a JSON object a line, `event` `start`, `batch`,
 * `epoch`, `warning`, `save` or `end`. A resumed training appends to it.
 */
export function jsonLog(): TrainCallbacks {
  let file = "";
  const log = (event: string, entry: object): void => {
    appendWholeSync(file, `${JSON.stringify({ event, ...entry })}\n`);
  };
  return {
    onTrainStart({ directory, ...run }) {
      file = join(directory, "log.jsonl");
      log("start", run);
    },
    onTrainBatchEnd: ({ mean: _, ...batch }) => log("batch", batch),
    onFitEpochEnd({ validation, ...epoch }) {
      const { confusion: _, curves: __, ...scores } = validation ?? {};
      log("epoch", validation === undefined ? epoch : { ...epoch, scores });
    },
    onWarning: (warning) => log("warning", warning),
    onModelSave: (saved) => log("save", saved),
    onTrainEnd: ({ directory: _, ...end }) => log("end", end),
  };
}

/** Writes `args.yaml`, settings and recipe, to the run's directory when a new training starts. */
export function argsYaml(): TrainCallbacks {
  return {
    onTrainStart({ directory, firstEpoch, args, epochs, batch, imgsz, recipe }) {
      if (firstEpoch > 0) return;
      const text = dump({ ...args, epochs, batch, imgsz, ...recipe }, { skipInvalid: true });
      writeWholeSync(join(directory, "args.yaml"), text);
    },
  };
}

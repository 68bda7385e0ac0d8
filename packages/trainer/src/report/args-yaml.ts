import { join } from "node:path";
import { writeWholeSync } from "@lookonce/files";
import { dump } from "js-yaml";
import type { TrainCallbacks } from "./callbacks.ts";

/** Writes `args.yaml` into the run's folder when a new training starts: its settings and its whole recipe. */
export function argsYaml(): TrainCallbacks {
  return {
    onTrainStart({ directory, firstEpoch, args, epochs, batch, imgsz, recipe }) {
      if (firstEpoch > 0) return;
      const file = join(directory, "args.yaml");
      const text = dump({ ...args, epochs, batch, imgsz, ...recipe }, { skipInvalid: true });
      writeWholeSync(file, text);
    },
  };
}

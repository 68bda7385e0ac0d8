import { cocoRows } from "@lookonce/families";
import {
  appendFileSync,
  appendWholeSync,
  besideOf,
  dirname,
  mkdirSync,
  renameIntoPlaceSync,
  writeFileSync,
  writing,
} from "@lookonce/files";
import { resultsInFiles } from "./results-in-files.ts";
import type { ValidationCallbacks } from "./validation-callbacks.ts";

/** Options of {@link cocoJson}. */
export interface CocoJsonOptions {
  /** The category number of each class, such as `cocoCategories` of `@lookonce/metrics`. Default: the class number. */
  categories?: readonly number[];
}

/**
 * Writes all that a validation finds as one JSON file in the form that COCO's evaluation reads.
 *
 * @throws LookonceError `IO` when the file cannot be written
 */
export function cocoJson(file: string, { categories }: CocoJsonOptions = {}): ValidationCallbacks {
  const partial = besideOf(file);
  let isFirst = true;
  let task = "detect";
  return {
    onValStart(validation) {
      isFirst = true;
      task = validation.task;
      writing(file, () => {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(partial, "[");
      });
    },
    onValBatch(batch) {
      const options = categories === undefined ? {} : { categories };
      const rows = Array.from(resultsInFiles(task, batch), ({ path, found, entries }) =>
        cocoRows(path, found, { ...options, entries }),
      ).flat();
      if (rows.length === 0) return;
      // A line a detection: readable by people, too.
      const text = rows.map((row) => JSON.stringify(row)).join(",\n");
      writing(file, () => appendWholeSync(partial, `${isFirst ? "" : ","}\n${text}`));
      isFirst = false;
    },
    onValEnd() {
      writing(file, () => appendFileSync(partial, "\n]\n"));
      renameIntoPlaceSync(partial, file);
    },
  };
}

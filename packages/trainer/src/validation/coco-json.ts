import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { cocoRows, taskOf } from "@lookonce/families";
import { appendWholeSync, besideOf, renameIntoPlaceSync, writing } from "@lookonce/files";
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
  let task = taskOf("detect");
  return {
    onValStart(validation) {
      isFirst = true;
      task = taskOf(validation.task);
      writing(file, () => {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(partial, "[");
      });
    },
    onValBatch({ batch, inFiles }) {
      const options = categories === undefined ? {} : { categories };
      const rows = batch.samples.flatMap(({ path, originalWidth: width, originalHeight: height }, i) => {
        const found = inFiles[i] as (typeof inFiles)[number];
        return cocoRows(path, found, { ...options, entries: task.entries(found, { width, height }) });
      });
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

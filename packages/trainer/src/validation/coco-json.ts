import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { appendWholeSync, besideOf, renameIntoPlaceSync, writing } from "@lookonce/files";
import { cocoDetections } from "@lookonce/metrics";
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
  return {
    onValStart() {
      isFirst = true;
      writing(file, () => {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(partial, "[");
      });
    },
    onValBatch({ batch, inFiles }) {
      const options = categories === undefined ? {} : { categories };
      const rows = batch.samples.flatMap(({ path }, i) =>
        cocoDetections(path, inFiles[i] as (typeof inFiles)[number], options),
      );
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

import { LookonceError } from "@lookonce/errors";
import type { ConversionResult } from "../conversion-result.ts";
import { type ConvertShapesOptions, convertAnnotations, rowKindOf } from "../convert-annotations.ts";
import { jsonElements } from "../json-elements.ts";
import { asTable } from "../json-value.ts";
import { readTask } from "./read-task.ts";

/** Options of {@link convertLabelStudio}: `annotations` is the JSON or JSON-MIN file that Label Studio exports. */
export type ConvertLabelStudioOptions = ConvertShapesOptions;

/**
 * Makes a YOLO data set of Label Studio's JSON or JSON-MIN, of any size, read piece by piece.
 *
 * Of several annotations of a task the last one that was not skipped counts; predictions are not used. Keypoints belong to the region that
 * is their parent, which only JSON has. Brushes' masks and lines are left out.
 *
 * @throws LookonceError `NOT_FOUND`, `FORMAT`, `DATA`, `ARGUMENT` or `IO`; nothing half done is left behind
 */
export async function convertLabelStudio(options: ConvertLabelStudioOptions): Promise<ConversionResult> {
  const { annotations: file } = options;
  return convertAnnotations(
    options,
    {
      what: "task",
      async *read(onProgress) {
        let count = 0;
        for await (const { elements, done, total } of jsonElements(file, ["$.*"])) {
          for (const { key, value } of elements) {
            if (typeof key !== "number") throw notTasks(file);
            yield readTask(asTable(value), `task ${++count}`);
          }
          onProgress({ done, total });
        }
        if (count === 0) throw notTasks(file);
      },
    },
    rowKindOf(options),
  );
}

function notTasks(file: string): LookonceError {
  return new LookonceError("FORMAT", `${file} is no export of Label Studio: it is no list of tasks.`);
}

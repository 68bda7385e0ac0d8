import { ObbResults } from "@lookonce/families";
import {
  appendWholeSync,
  basename,
  besideOf,
  extname,
  join,
  mkdirSync,
  renameIntoPlaceSync,
  writeFileSync,
  writing,
} from "@lookonce/files";
import { resultsInFiles } from "./results-in-files.ts";
import type { ValidationCallbacks, ValidationInfo } from "./validation-callbacks.ts";

/**
 * Writes the oriented boxes that a validation finds as DOTA's evaluation reads them (its Task 1): a file for each class,
 * `Task1_plane.txt`, with a line for each box: the image's name without ending, the confidence, and the four corners in
 * pixels. What no file's name can have becomes a hyphen, as the spaces of DOTA's names do. Other tasks leave no file.
 *
 * @throws LookonceError `IO` when a file cannot be written
 */
export function dotaText(directory: string): ValidationCallbacks {
  let info: Pick<ValidationInfo, "task" | "names"> = { task: "detect", names: [] };
  /** Files that are being written, by the name that they will have. */
  const partials = new Map<string, string>();
  const fileOf = (label: number): string => {
    const name = (info.names[label] ?? String(label)).replaceAll(/[^\p{L}\p{N}._-]+/gu, "-");
    return join(directory, `Task1_${name}.txt`);
  };
  const append = (file: string, text: string): void =>
    writing(file, () => {
      let partial = partials.get(file);
      if (partial === undefined) {
        partial = besideOf(file);
        mkdirSync(directory, { recursive: true });
        writeFileSync(partial, "");
        partials.set(file, partial);
      }
      appendWholeSync(partial, text);
    });
  return {
    onValStart(validation) {
      info = validation;
      partials.clear();
    },
    onValBatch(batch) {
      const texts = new Map<string, string>();
      for (const { path, found, entries } of resultsInFiles(info.task, batch)) {
        const { obb } = entries;
        if (!(obb instanceof ObbResults)) continue;
        const corners = obb.xyxyxyxy;
        found.classes.forEach((label, row) => {
          const places = Array.from(corners.subarray(8 * row, 8 * row + 8), (value) => value.toFixed(1));
          const line = [basename(path, extname(path)), found.scores[row]?.toFixed(5), ...places].join(" ");
          texts.set(fileOf(label), `${texts.get(fileOf(label)) ?? ""}${line}\n`);
        });
      }
      for (const [file, text] of texts) append(file, text);
    },
    onValEnd() {
      for (const [file, partial] of partials) renameIntoPlaceSync(partial, file);
    },
  };
}

import { labelLines } from "@lookonce/families";
import { basename, dirname, extname, join, writeWholeSync } from "@lookonce/files";
import { resultsInFiles } from "./results-in-files.ts";
import type { ValidationCallbacks, ValidationInfo } from "./validation-callbacks.ts";

/** Options of {@link labelFiles}. */
export interface LabelFilesOptions {
  /** Whether lines have the confidence. Default `false`. */
  conf?: boolean;
}

/**
 * Writes what a validation finds as label files in YOLO's form, one for each image in which something was found: a line
 * an object, `class x y width height` or what the task has in their place, as fractions of the image, and the confidence where it
 * is asked for.
 *
 * @throws LookonceError `IO` when a file cannot be written
 */
export function labelFiles(directory: string, options: LabelFilesOptions = {}): ValidationCallbacks {
  const names = new LabelNames();
  return labelLinesOf((path, lines) => names.write(directory, path, lines), options);
}

/** Passes on the lines of {@link labelFiles}, of each image in which something was found. */
export function labelLinesOf(
  onLines: (path: string, lines: readonly string[]) => void,
  { conf = false }: LabelFilesOptions = {},
): ValidationCallbacks {
  let info: Pick<ValidationInfo, "task" | "names"> = { task: "detect", names: [] };
  return {
    onValStart(validation) {
      info = validation;
    },
    onValBatch(batch) {
      for (const { path, size, found, entries } of resultsInFiles(info.task, batch)) {
        const lines = labelLines(found, size, { entries, names: info.names, conf });
        if (lines.length > 0) onLines(path, lines);
      }
    },
  };
}

/** Writes label files, each under a name that no image before took. */
export class LabelNames {
  readonly #used = new Set<string>();

  /** @throws LookonceError `IO` when the file cannot be written */
  write(directory: string, path: string, lines: readonly string[]): void {
    const file = join(directory, `${freeName(path, this.#used)}.txt`);
    writeWholeSync(file, lines.map((line) => `${line}\n`).join(""), { flush: false });
  }
}

/** The image's name; with its folder's before it, then a number behind it, where another image took the name. */
function freeName(path: string, used: Set<string>): string {
  const stem = basename(path, extname(path));
  const long = `${basename(dirname(path))}-${stem}`;
  let name = used.has(stem) ? long : stem;
  for (let number = 2; used.has(name); number++) name = `${long}-${number}`;
  used.add(name);
  return name;
}

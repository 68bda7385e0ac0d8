import type { LookonceError } from "@lookonce/errors";
import { dirname, join, readRegular, textOf } from "@lookonce/files";
import { type LabeledObjects, type LabelFormat, labelPath, noObjects } from "../labels.ts";
import { parseLabels } from "../parse-labels.ts";
import type { DataProblem } from "../problem.ts";

/** What is known of an image's objects. */
export interface FoundLabels {
  /** The objects that can be used. */
  objects: LabeledObjects;
  /** Whether somebody said what the image shows, and that it is nothing. */
  found: boolean;
  empty: boolean;
  problems: readonly DataProblem[];
}

/** Where the objects of a data set's images stand. */
export interface LabelSource {
  /** What the objects depend on besides files. */
  readonly identity: readonly unknown[];
  /** Where to keep what was found: a path to which an ending is added. */
  readonly keepAt: string;
  /** The label file of an image, which need not be there; absent where there are none. */
  labelFile?(image: string): string;
  read(image: string): FoundLabels | Promise<FoundLabels>;
}

/** A million boxes, or the outlines of ten thousand objects. */
const maxLabelBytes = 64_000_000;

/** Labels in text files, one for each of these images. */
export function labelFiles(images: readonly string[], classCount: number, format: LabelFormat): LabelSource {
  const { kind = "boxes", keypoints } = format;
  const nothing = noObjects(kind);
  return {
    identity: [classCount, kind, keypoints?.shape],
    // Beside the folder of the first image's labels: labels/train for labels/train/a.txt
    keepAt: dirname(labelPath(images[0] ?? "")),
    labelFile: labelPath,
    async read(image) {
      const file = labelPath(image);
      let bytes: Uint8Array;
      try {
        bytes = await readRegular(file, { what: "label file", maxBytes: maxLabelBytes });
      } catch (error) {
        const { code, message } = error as LookonceError;
        if (code === "NOT_FOUND") return { objects: nothing, found: false, empty: false, problems: [] };
        const problem: DataProblem = { path: file, kind: "unreadable-labels", reason: `cannot be read: ${message}` };
        return { objects: nothing, found: true, empty: false, problems: [problem] };
      }
      const { problems, ...objects } = parseLabels(textOf(bytes), file, classCount, format);
      return { objects, found: true, empty: objects.classes.length === 0 && problems.length === 0, problems };
    },
  };
}

/**
 * Labels that are the folders of the images: one object that fills the image.
 *
 * @param labels class numbers by image
 */
export function folderLabels(
  labels: ReadonlyMap<string, number>,
  { root, split, names }: { root: string; split: string; names: readonly string[] },
): LabelSource {
  return {
    identity: ["folders", names],
    keepAt: join(root, split),
    read(image) {
      const classes = Int32Array.of(labels.get(image) ?? 0);
      return { objects: { classes, boxes: Float32Array.of(0.5, 0.5, 1, 1) }, found: true, empty: false, problems: [] };
    },
  };
}

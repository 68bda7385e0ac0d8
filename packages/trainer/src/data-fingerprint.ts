import type { Dataset } from "@lookonce/data";
import { createHash, readFileSync, relative, sep } from "@lookonce/files";
import type { TrainOptions } from "./train-options.ts";

/** What distinguishes a data set from another: saved with a training, compared when it is resumed. */
export interface DataFingerprint {
  /** Numbers of images. */
  train: number;
  val: number;
  /** Of {@link listImages}. */
  hash: string;
  /** Class names. */
  names: string[];
}

type Data = Pick<TrainOptions, "data" | "valData">;

/** The file in a run's folder with its {@link listImages}. */
export const imageListName = "images.txt";

const maxNamed = 10;

/** The images of a training's data set in their order, `train images/a.jpg` a line, by their paths within the data set. */
export function listImages({ data, valData }: Data): string {
  const lines = (split: string, { entries, root }: Dataset): string[] =>
    entries.map(({ path }) => `${split} ${relative(root, path).replaceAll(sep, "/")}\n`);
  return [...lines("train", data), ...(valData === undefined ? [] : lines("val", valData))].join("");
}

export function fingerprint({ data, valData }: Data): DataFingerprint {
  const hash = hashOf(listImages({ data, valData }));
  return { train: data.entries.length, val: valData?.entries.length ?? 0, hash, names: [...data.names] };
}

/**
 * Describes how a data set differs from the one that a training was saved with.
 *
 * @param file the {@link listImages} of then; where it is missing or of other images, none is named
 * @returns nothing where they are the same
 */
export function describeDifference(saved: DataFingerprint, current: Data, file: string): string | undefined {
  const now = fingerprint(current);
  const parts: string[] = [];
  if (saved.names.join("\n") !== now.names.join("\n")) {
    parts.push(`the classes are ${firstOf(now.names)} in place of ${firstOf(saved.names)}`);
  }
  if (saved.hash !== now.hash) {
    const before = readList(file, saved.hash);
    const after = listImages(current).split("\n");
    for (const split of ["train", "val"] as const) {
      const gone = before && missingFrom(after, before, split);
      const more = before && missingFrom(before, after, split);
      const difference = now[split] - saved[split];
      parts.push(...countLine(gone ?? [], gone?.length ?? -difference, `${split} images fewer`));
      parts.push(...countLine(more ?? [], more?.length ?? difference, `${split} images more`));
    }
    if (parts.length === 0) parts.push("images have other names or another order");
  }
  return parts.length === 0 ? undefined : parts.join("; ");
}

function countLine(names: readonly string[], count: number, what: string): string[] {
  if (count <= 0) return [];
  return [`${count} ${what}${names.length === 0 ? "" : ` (${firstOf(names)})`}`];
}

/** Images of a split that are in one list and not in the other. */
function missingFrom(list: readonly string[], other: readonly string[], split: string): string[] {
  const known = new Set(list);
  return other
    .filter((line) => line.startsWith(`${split} `) && !known.has(line))
    .map((line) => line.slice(split.length + 1));
}

function readList(file: string, hash: string): string[] | undefined {
  try {
    const text = readFileSync(file, "utf8");
    return hashOf(text) === hash ? text.split("\n") : undefined;
  } catch {
    return undefined;
  }
}

function firstOf(names: readonly string[]): string {
  return `${names.slice(0, maxNamed).join(", ")}${names.length > maxNamed ? ", …" : ""}`;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

import { readYaml } from "@lookonce/documents";
import { didYouMean, LookonceError, nearest } from "@lookonce/errors";
import { dirname, resolve, sep } from "@lookonce/files";
import { keypointSpecOf } from "./keypoint-spec.ts";
import type { KeypointSpec } from "./labels.ts";
import { nearestName } from "./nearest-name.ts";

/** A data set file (YAML) as it stands, checked but with no image looked for; or a folder of classes. */
export interface DatasetConfig {
  /** The YAML file, or the folder. */
  file: string;
  /** Absolute folder that the splits are relative to: `path`, itself relative to the YAML file. */
  root: string;
  /** Class names by class number. */
  names: string[];
  /** What each of `train`, `val` and `test` names: folders, lists (.txt), images, or patterns such as `part-*`. */
  splits: Record<string, string[]>;
  /** The file's `download` key, which is never followed: only mentioned when images are missing. */
  download?: string;
  /** What the labels' keypoints are: `kpt_shape`, `flip_idx`, `kpt_names`. */
  keypoints?: KeypointSpec;
  /** Set where the images of each class are in a folder of its name, and no label file is read. */
  hasClassFolders?: true;
}

const splitKeys = ["train", "val", "test"] as const;

/** Keys that are read; others may stand there for other programs. */
const knownKeys = ["path", ...splitKeys, "names", "nc", "download", "kpt_shape", "flip_idx", "kpt_names"];

/** The largest public list, ImageNet's, has 21,841 classes. */
const maxClasses = 100_000;

/**
 * Reads a data set file in the form YOLO users know: `path`, `train`, `val`, `test`, `names` (list or map), `nc`, and for
 * poses `kpt_shape`, `flip_idx` and `kpt_names`.
 *
 * Other keys are allowed and ignored. `validation` is another name of `val`. Nothing is ever downloaded.
 *
 * @throws LookonceError `NOT_FOUND` without the file, `FORMAT` when it is no YAML map, `DATA` when keys contradict
 */
export async function readDatasetFile(file: string): Promise<DatasetConfig> {
  const { content } = await readYaml(file, {
    what: "data set file",
    expected: "keys such as path:, train:, val: and names:",
    hint: () => nearestName(file),
  });
  const path = content.path ?? ".";
  if (typeof path !== "string") throw fault(file, `path must be text, not ${JSON.stringify(path)}.`);
  refuseForeignPath(path, { key: "path", file });
  const splits: Record<string, string[]> = {};
  for (const key of splitKeys) {
    const value = content[key] ?? (key === "val" ? content.validation : undefined);
    if (value !== undefined && value !== null) splits[key] = splitSources(value, key, file);
  }
  if (Object.keys(splits).length === 0) {
    const hint = misspelled(splitKeys, content);
    const what = "names no images: it needs train: and val:, each a folder of images";
    throw new LookonceError("DATA", `${file} ${what}.${hint}`);
  }
  const root = resolve(dirname(file), path);
  const download = content.download === undefined ? {} : { download: textOf(content.download, "download", file) };
  const keypoints = keypointSpecOf(content, file);
  return {
    ...{ file, root, names: classNames(content, file), splits, ...download },
    ...(keypoints === undefined ? {} : { keypoints }),
  };
}

/** Text, or a number as text. A table may have none: `{ toString: 1 }`. */
function textOf(value: unknown, key: string, file: string): string {
  if (typeof value !== "object" || value === null || value instanceof Date) return String(value);
  throw fault(file, `${key} must be text where it is ${JSON.stringify(value).slice(0, 80)}.`);
}

function fault(file: string, what: string): LookonceError {
  return new LookonceError("DATA", `${file}: ${what}`);
}

/** Points out a key that looks like one of the wanted ones, or nothing. */
function misspelled(wanted: readonly string[], content: Record<string, unknown>): string {
  const strange = Object.keys(content).filter((key) => !knownKeys.includes(key));
  const key = strange.find((word) => nearest(word, wanted) !== undefined);
  return key === undefined ? "" : ` It has the key "${key}".${didYouMean(key, wanted)}`;
}

/** `C:\\pets` means nothing outside Windows, and backslashes there are letters of a name. */
function refuseForeignPath(path: string, { key, file }: { key: string; file: string }): void {
  if (sep === "\\") return;
  if (/^[A-Za-z]:[\\/]/.test(path)) {
    const hint = "name the folder as it is called here, best relative to the file";
    throw fault(file, `${key} is a path of Windows, ${JSON.stringify(path)}: ${hint}.`);
  }
  if (path.includes("\\")) {
    const better = JSON.stringify(path.replaceAll("\\", "/"));
    throw fault(file, `${key} has backslashes: write ${better}, which works on every system.`);
  }
}

function splitSources(value: unknown, key: string, file: string): string[] {
  const sources = Array.isArray(value) ? value : [value];
  if (sources.length > 0 && sources.every((source) => typeof source === "string" && source.length > 0)) {
    for (const source of sources) refuseForeignPath(source, { key, file });
    return sources;
  }
  throw fault(file, `${key} must be a folder, a .txt list or a list of these, not ${JSON.stringify(value)}.`);
}

function classNames(content: Record<string, unknown>, file: string): string[] {
  const { names, nc } = content;
  if (nc !== undefined && !(Number.isInteger(nc) && (nc as number) > 0)) {
    throw fault(file, `nc must be a whole number of at least 1, not ${JSON.stringify(nc)}.`);
  }
  if (names === undefined || names === null) {
    if (nc === undefined) {
      const hint = misspelled(["names"], content);
      throw new LookonceError("DATA", `${file} has no names:, the list of the classes' names.${hint}`);
    }
    if ((nc as number) > maxClasses) throw fault(file, `nc is ${nc}; at most ${maxClasses} classes are supported.`);
    return Array.from({ length: nc as number }, (_, i) => `class${i}`);
  }
  const list = Array.isArray(names) ? names.map((name) => textOf(name, "names", file)) : namesOfMap(names, file);
  if (list.length === 0) throw fault(file, `names is empty; it needs one name for each class.`);
  if (nc !== undefined && nc !== list.length) {
    throw fault(file, `nc is ${nc} but names has ${list.length}; make them agree or drop nc.`);
  }
  return list;
}

function namesOfMap(names: unknown, file: string): string[] {
  if (typeof names !== "object") {
    throw fault(file, `names must be a list or a map, not ${JSON.stringify(names)}.`);
  }
  const map = new Map(Object.entries(names as Record<string, unknown>));
  return Array.from(map, (_, i) => {
    const name = map.get(String(i));
    if (name === undefined) {
      const keys = [...map.keys()].slice(0, 8).join(", ");
      const wanted = `names must have the keys 0 to ${map.size - 1} for ${map.size} classes`;
      throw fault(file, `${wanted}; ${i} is missing (keys: ${keys}${map.size > 8 ? ", …" : ""}).`);
    }
    return textOf(name, "names", file);
  });
}

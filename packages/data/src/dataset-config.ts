import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { load, YAMLException } from "js-yaml";

/** A data set file (YAML) as it stands, checked but with no picture looked for. */
export interface DatasetConfig {
  /** The YAML file. */
  file: string;
  /** Absolute folder that the splits are relative to: `path`, itself relative to the YAML file. */
  root: string;
  /** Class names by class number. */
  names: string[];
  /** What each of `train`, `val` and `test` names: folders, lists (.txt) or pictures. */
  splits: Record<string, string[]>;
}

const splitKeys = ["train", "val", "test"] as const;

/**
 * Reads a data set file in the form YOLO users know: `path`, `train`, `val`, `test`, `names` (list or map), `nc`.
 *
 * Other keys are allowed and ignored. `validation` is another name of `val`.
 *
 * @throws LookonceError `NOT_FOUND` without the file, `FORMAT` when it is no YAML map, `DATA` when keys contradict
 */
export async function readDatasetConfig(file: string): Promise<DatasetConfig> {
  const content = parseYaml(await readText(file), file);
  const root = resolve(dirname(file), textOr(content.path, { key: "path", file, fallback: "." }));
  const splits: Record<string, string[]> = {};
  for (const key of splitKeys) {
    const value = content[key] ?? (key === "val" ? content.validation : undefined);
    if (value !== undefined && value !== null) splits[key] = splitSources(value, key, file);
  }
  if (Object.keys(splits).length === 0) {
    throw new LookonceError("DATA", `${file} names no pictures: it needs train: and val:, each a folder of pictures.`);
  }
  return { file, root, names: classNames(content, file), splits };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new LookonceError("NOT_FOUND", `There is no data set file ${resolve(file)}: check the path.`, { cause });
    }
    throw new LookonceError("IO", `Cannot read the data set file ${file}: ${(cause as Error).message}`, { cause });
  }
}

function parseYaml(text: string, file: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = load(text, { filename: file });
  } catch (cause) {
    const line = cause instanceof YAMLException && cause.mark !== undefined ? `, line ${cause.mark.line + 1}` : "";
    const reason = cause instanceof YAMLException ? cause.reason : (cause as Error).message;
    throw new LookonceError("FORMAT", `${file}${line} is not valid YAML: ${reason}`, { cause });
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new LookonceError("FORMAT", `${file} must hold keys such as path:, train:, val: and names:.`);
  }
  return content as Record<string, unknown>;
}

function textOr(value: unknown, { key, file, fallback }: { key: string; file: string; fallback: string }): string {
  if (value === undefined || value === null) return fallback;
  if (typeof value === "string") return value;
  throw new LookonceError("DATA", `${file}: ${key} must be text, not ${JSON.stringify(value)}.`);
}

function splitSources(value: unknown, key: string, file: string): string[] {
  const sources = Array.isArray(value) ? value : [value];
  if (sources.length > 0 && sources.every((source) => typeof source === "string" && source.length > 0)) return sources;
  throw new LookonceError(
    "DATA",
    `${file}: ${key} must be a folder, a .txt list or a list of these, not ${JSON.stringify(value)}.`,
  );
}

function classNames(content: Record<string, unknown>, file: string): string[] {
  const { names, nc } = content;
  if (nc !== undefined && !(Number.isInteger(nc) && (nc as number) > 0)) {
    throw new LookonceError("DATA", `${file}: nc must be a whole number of at least 1, not ${JSON.stringify(nc)}.`);
  }
  if (names === undefined || names === null) {
    if (nc === undefined) {
      throw new LookonceError("DATA", `${file} has no names:, the list of the classes' names.`);
    }
    return Array.from({ length: nc as number }, (_, i) => `class${i}`);
  }
  const list = Array.isArray(names) ? names.map(String) : namesOfMap(names, file);
  if (list.length === 0) throw new LookonceError("DATA", `${file}: names is empty; it needs one name for each class.`);
  if (nc !== undefined && nc !== list.length) {
    throw new LookonceError("DATA", `${file}: nc is ${nc} but names holds ${list.length}; make them agree or drop nc.`);
  }
  return list;
}

function namesOfMap(names: unknown, file: string): string[] {
  if (typeof names !== "object") {
    throw new LookonceError("DATA", `${file}: names must be a list or a map, not ${JSON.stringify(names)}.`);
  }
  const map = new Map(Object.entries(names as Record<string, unknown>));
  return Array.from(map, (_, i) => {
    const name = map.get(String(i));
    if (name === undefined) {
      const keys = [...map.keys()].slice(0, 8).join(", ");
      throw new LookonceError(
        "DATA",
        `${file}: names must have the keys 0 to ${map.size - 1} for ${map.size} classes; ${i} is missing (keys: ${keys}${map.size > 8 ? ", …" : ""}).`,
      );
    }
    return String(name);
  });
}

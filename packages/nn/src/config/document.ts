import { LookonceError } from "@lookonce/errors";
import { load, YAMLException } from "js-yaml";

/** Characters that a model file may have; the largest of the zoo has 3,000. */
const longestText = 1_000_000;

/** Values, and characters of texts, that a file may stand for once its aliases are written out. */
const maxValues = 1_000_000;

/** Lists within lists that a file may have; layers and anchors need four. */
const deepest = 32;

/** A model file's table of keys. */
export type Document = Record<string, unknown>;

/**
 * Reads a model file's text, or accepts the plain object that a checkpoint contains.
 *
 * @throws LookonceError `FORMAT` when it is no table of keys, too large, or refers to itself
 */
export function readDocument(input: string | object, name: string): Document {
  const value = typeof input === "string" ? parse(input, name) : input;
  if (value === undefined || value === null) throw new LookonceError("FORMAT", `${name} is empty: ${expected}`);
  if (!isRecord(value)) {
    const kind = Array.isArray(value) ? "a list" : `the text or number ${JSON.stringify(value).slice(0, 40)}`;
    throw new LookonceError("FORMAT", `${name} is ${kind} at the top: ${expected}`);
  }
  measure(value, name);
  return value;
}

const expected = "a table of keys such as nc, backbone and head is expected";

function parse(text: string, name: string): unknown {
  if (text.length > longestText) {
    throw new LookonceError(
      "FORMAT",
      `${name} has ${text.length.toLocaleString("en")} characters: a model file has at most ${longestText.toLocaleString("en")}`,
    );
  }
  if (text.replaceAll(/^\s*#.*$/gm, "").trim() === "") return undefined;
  try {
    return load(text);
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw cause;
    const { mark, reason } = cause;
    const place = mark === undefined ? "" : `line ${mark.line + 1}, column ${mark.column + 1}: `;
    throw new LookonceError("FORMAT", `${name} is not a YAML file: ${place}${reason}`, { cause });
  }
}

/** A list or table on the way down, and which of its values come next. */
interface Opened {
  value: object;
  entries: [string, unknown][];
  next: number;
}

/** Walks the document as whoever reads it does, aliases written out, and fails where that would not end in good time. */
function measure(document: Document, name: string): void {
  const path = [open(document)];
  const onPath = new Set<object>([document]);
  let count = 0;
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const entry = top.entries[top.next++];
    if (entry === undefined) {
      onPath.delete(top.value);
      path.pop();
      continue;
    }
    const [key, value] = entry;
    count += 1 + key.length + (typeof value === "string" ? value.length : 0);
    if (count > maxValues) throw fault(document, path, { name, reason: "aliases make it too large to read" });
    if (typeof value !== "object" || value === null) continue;
    if (onPath.has(value)) throw fault(document, path, { name, reason: "an alias refers to what it is part of" });
    if (path.length === deepest) throw fault(document, path, { name, reason: "lists lie too deep in each other" });
    path.push(open(value));
    onPath.add(value);
  }
}

function open(value: object): Opened {
  return { value, entries: Object.entries(value), next: 0 };
}

/** An error that names the layer, or the key, under which the walk is. */
function fault(document: Document, path: Opened[], { name, reason }: { name: string; reason: string }): LookonceError {
  const [key, place] = path.map(({ entries, next }) => entries[next - 1]?.[0]);
  const before = key === "head" && Array.isArray(document.backbone) ? document.backbone.length : 0;
  const isLayer = (key === "head" || key === "backbone") && place !== undefined;
  return new LookonceError("FORMAT", `${name}: ${isLayer ? `layer ${before + Number(place)}` : key}: ${reason}`);
}

function isRecord(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

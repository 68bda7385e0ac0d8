import { LookonceError } from "@lookonce/errors";
import { load, YAMLException } from "js-yaml";
import { checkBudget, defaultLimits, type Limits, type PlaceOf } from "./budget.ts";

/** A table of keys. */
export type Document = Record<string, unknown>;

/** Options of {@link parseYaml} and {@link parseJson}. */
export interface ParseOptions {
  /** What to call the document in errors: the path of its file. */
  name: string;
  /** Keys that it is expected to have, for errors: `keys such as path:, train: and names:`. */
  expected: string;
  /** Whether a document without any value stands for a table without keys. Default `false`. */
  mayBeEmpty?: boolean;
  limits?: Partial<Limits>;
  placeOf?: PlaceOf;
}

/**
 * Reads the text of a YAML document whose top is a table of keys.
 *
 * Aliases, which let a few lines stand for gigabytes, count as what they stand for.
 *
 * @throws LookonceError `FORMAT`, with the line, when it is no YAML, no table of keys, too large, too deep or part of itself
 */
export function parseYaml(text: string, options: ParseOptions): Document {
  checkLength(text, options);
  let content: unknown;
  try {
    // js-yaml refuses a text of comments alone
    content = isBlank(text) ? undefined : load(text);
  } catch (cause) {
    throw notYaml(cause as Error, text, options.name);
  }
  return tableOf(content, options);
}

/**
 * Reads the text of a JSON document whose top is a table of keys.
 *
 * @throws LookonceError `FORMAT` when it is no JSON, no table of keys, too large or too deep
 */
export function parseJson(text: string, options: ParseOptions): Document {
  checkLength(text, options);
  return tableOf(parse(text, options.name), options);
}

/**
 * Reads JSON that a program wrote, whose top may be any value. Its values are counted before it is parsed, so that the parser
 * does not need more memory than they do.
 *
 * @throws LookonceError `FORMAT` when it is no JSON, too large or too deep
 */
export function parseJsonValue(text: string, { name, limits }: { name: string; limits: Limits }): unknown {
  checkLength(text, { name, limits });
  let separators = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // , [ {
    if (code === 0x2c || code === 0x5b || code === 0x7b) separators++;
  }
  if (separators > limits.values) {
    throw new LookonceError("FORMAT", `${name} has ${separators} values; at most ${limits.values} are read.`);
  }
  const value = parse(text, name);
  // Without aliases, characters have been counted
  checkBudget({ value }, name, { values: Number.POSITIVE_INFINITY, depth: limits.depth });
  return value;
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = (cause as Error).message.slice(0, 200);
    throw new LookonceError("FORMAT", `${name} is not valid JSON: ${reason}`, { cause });
  }
}

/**
 * Checks that a value that was read elsewhere is a table of keys within the limits.
 *
 * @throws LookonceError `FORMAT` as {@link parseYaml}
 */
export function tableOf(content: unknown, options: ParseOptions): Document {
  const { name, expected, mayBeEmpty = false, limits, placeOf } = options;
  if (content === undefined || content === null) {
    if (mayBeEmpty) return {};
    throw new LookonceError("FORMAT", `${name} is empty; expected ${expected}.`);
  }
  if (typeof content !== "object" || Array.isArray(content)) {
    const kind = Array.isArray(content) ? "a list" : `the text or number ${JSON.stringify(content).slice(0, 40)}`;
    throw new LookonceError("FORMAT", `${name} is ${kind} at the top; expected ${expected}.`);
  }
  checkBudget(content, name, { ...defaultLimits, ...limits }, placeOf);
  return content as Document;
}

function checkLength({ length }: string, { name, limits }: Pick<ParseOptions, "name" | "limits">): void {
  const { characters } = { ...defaultLimits, ...limits };
  if (length <= characters) return;
  const [size, most] = [length, characters].map((count) => count.toLocaleString("en"));
  throw new LookonceError("FORMAT", `${name} has ${size} characters; at most ${most} are read.`);
}

function isBlank(text: string): boolean {
  return text.split("\n").every((line) => /^\s*(#|$)/.test(line));
}

function notYaml(cause: Error, text: string, name: string): LookonceError {
  const at = cause instanceof YAMLException ? cause.mark?.line : undefined;
  const place = at === undefined ? name : `${name}, line ${at + 1}`;
  // The parser often stumbles only on the line after
  const tab = text.split("\n").findIndex((line) => /^ *\t/.test(line));
  if (tab >= 0 && (at === undefined || Math.abs(tab - at) <= 1)) {
    const reason = "it starts with a tab; YAML wants spaces there";
    return new LookonceError("FORMAT", `${name}, line ${tab + 1} is not valid YAML: ${reason}.`, { cause });
  }
  const reason = (cause instanceof YAMLException ? cause.reason : cause.message).slice(0, 300);
  const twice = /duplicated mapping key/.test(reason) ? "; the same key stands there twice: keep one of them" : "";
  const windows = /unknown escape|expected hexadecimal/.test(reason)
    ? '; in "quotes" a backslash starts an escape: write paths with /'
    : "";
  return new LookonceError("FORMAT", `${place} is not valid YAML: ${reason}${twice}${windows}`, { cause });
}

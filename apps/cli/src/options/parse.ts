import { existsSync } from "node:fs";
import { extname } from "node:path";
import { expects, fixedDefault, type Option, type OptionTable, readText } from "@lookonce/config";
import { didYouMean } from "@lookonce/errors";
import { pythonHabit, translateValue } from "./python-habits.ts";
import { UsageError } from "./usage-error.ts";

/** A key with what was written for it. */
export interface Pair {
  key: string;
  text: string;
  /** Where it was written, before messages: `my.yaml, line 3: `; empty on the command line. */
  at: string;
}

/** What {@link readPairs} knows of the command. */
export interface PairsOptions {
  name: string;
  /** The key whose value may stand alone. */
  positional?: string | undefined;
  /** Called with what is understood in another way than it was written. */
  note?: (line: string) => void;
}

/**
 * Reads the arguments after the command's name: `key=value`, `--key=value`, `--key value`, a flag's key alone, `--no-flag`.
 * Dashes and underscores in keys are the same (`--max-det` is `max_det`), spaces around `=` and quotation marks around
 * values do not count, and keys of other YOLO programs are understood where they mean the same.
 */
export function readPairs(argv: readonly string[], table: OptionTable, options: PairsOptions): Pair[] {
  const found: Pair[] = [];
  const words = joined(argv);
  for (let i = 0; i < words.length; i++) {
    const argument = words[i] as string;
    const [, dashes = "", written = "", value] = /^(--?)?([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    const key = written.replaceAll("-", "_");
    const text = value === undefined ? undefined : unquoted(value);
    const next = words[i + 1];
    const option = Object.hasOwn(table, key) ? table[key] : undefined;
    if (option !== undefined && dashes !== "-") {
      if (text !== undefined) found.push({ key, text, at: "" });
      else if (isFlag(option)) found.push({ key, text: "true", at: "" });
      else if (dashes !== "" && next !== undefined && !isOption(next, table)) {
        found.push({ key, text: unquoted(next), at: "" });
        i++;
      } else throw new UsageError(`${key} needs a value: ${key}=${expects(option)}`);
    } else if (isNegated(dashes, key, table) && text === undefined) {
      found.push({ key: key.slice("no_".length), text: "false", at: "" });
    } else if (dashes === "" && text === undefined && options.positional !== undefined && !hasKey(found, options)) {
      found.push({ key: options.positional, text: unquoted(argument), at: "" });
    } else {
      const alone = text === undefined && dashes === "--" && next !== undefined && !isOption(next, table);
      const given = text ?? (alone ? unquoted(next) : "true");
      const isPair = dashes !== "" || text !== undefined;
      const pair = isPair ? habit({ key, text: given }, table, options) : undefined;
      if (pair === undefined) throw unknown({ argument, key, dashes, isPair }, table, options);
      if (pair !== "noted") {
        found.push(pair);
        // What stands alone after a flag is no value of it
        if (alone && !isFlag(table[pair.key])) i++;
      }
    }
  }
  return found;
}

function hasKey(found: readonly Pair[], { positional }: PairsOptions): boolean {
  return found.some(({ key }) => key === positional);
}

/** `conf = 0.5`, `conf= 0.5` and `conf =0.5` as one word, and no comma where Python has one between arguments. */
function joined(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (const argument of argv) {
    const last = words.at(-1);
    const opens = last !== undefined && /^(--)?[\w-]+=$/.test(last);
    const goesOn = last !== undefined && /^=/.test(argument) && /^(--)?[\w-]+$/.test(last);
    if (goesOn || (opens && !/^(--)?[\w-]+=/.test(argument))) words[words.length - 1] = `${last}${argument}`;
    else words.push(argument);
  }
  return words.map((word) => (/=./.test(word) ? word.replace(/,$/, "") : word));
}

/** cmd.exe leaves single quotation marks standing, and PowerShell sometimes double ones. */
function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) && text.length >= 2 ? text.slice(1, -1) : text;
}

function isOption(word: string, table: OptionTable): boolean {
  if (/^--[a-z]/i.test(word)) return true;
  const key = /^([\w-]+)=/.exec(word)?.[1]?.replaceAll("-", "_");
  return key !== undefined && Object.hasOwn(table, key);
}

function isNegated(dashes: string, key: string, table: OptionTable): boolean {
  if (dashes !== "--" || !key.startsWith("no_")) return false;
  const positive = key.slice("no_".length);
  return Object.hasOwn(table, positive) && isFlag(table[positive]);
}

/** What is meant by a key of another program; `noted` when it changes nothing. */
function habit(
  { key, text }: { key: string; text: string },
  table: OptionTable,
  { note, name }: PairsOptions,
): Pair | "noted" | undefined {
  const meant = pythonHabit(key, text, table);
  if (meant === undefined) return undefined;
  if (meant.kind === "refusal") throw new UsageError(`${name}: ${meant.line}`);
  if (meant.kind === "note") {
    note?.(meant.line);
    return "noted";
  }
  note?.(`${key} is ${meant.key}=${meant.text} here`);
  return { key: meant.key, text: meant.text, at: "" };
}

function unknown(
  { argument, key, dashes, isPair }: { argument: string; key: string; dashes: string; isPair: boolean },
  table: OptionTable,
  { name, positional }: PairsOptions,
): UsageError {
  const keys = Object.keys(table);
  if (dashes === "-")
    return new UsageError(`cannot read "${argument}": options are key=value, --key=value or --key value.`);
  if (isPair) {
    const hint = didYouMean(key, keys);
    return new UsageError(`${name} has no option "${key}".${hint === "" ? ` It has ${keys.join(", ")}.` : hint}`);
  }
  if (positional !== undefined && table[positional]?.type === "text") {
    return new UsageError(`${name} accepts one ${positional}; a name with spaces needs quotation marks.`);
  }
  const meant = keyFor(argument, table);
  const hint = meant === undefined && !keys.includes(key) ? didYouMean(key, keys) : "";
  const [first] = Object.entries(table).find(([, { required }]) => required) ?? [keys[0]];
  return new UsageError(
    `cannot read "${argument}": arguments are key=value, such as ${meant ?? first}=${argument}.${hint}`,
  );
}

/** The key that a value without one probably belongs to. */
function keyFor(argument: string, table: OptionTable): string | undefined {
  const kind = extname(argument).toLowerCase();
  const key = [".pt", ".pth", ".safetensors", ".onnx"].includes(kind)
    ? "model"
    : [".yaml", ".yml"].includes(kind)
      ? /yolo/i.test(argument)
        ? "model"
        : "data"
      : kind !== "" || existsSync(argument)
        ? "source"
        : undefined;
  return key !== undefined && Object.hasOwn(table, key) ? key : undefined;
}

/** The value of each option: the last one written, or else the default. `None` stands for a key that is not set. */
export function valuesOf(pairs: readonly Pair[], table: OptionTable): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(table)) values[key] = fixedDefault(option);
  for (const pair of pairs) values[pair.key] = read(table[pair.key] as Option, pair);
  return values;
}

function read(option: Option, { key, text, at }: Pair): unknown {
  const meant = translateValue(key, text, option);
  const value = readText(option, meant?.text ?? text);
  const words = wordsOf(option);
  // As Python writes it; a word none may be a value
  const isNone = value === undefined ? /^(none|null)$/i.test(text) : text === "None" && words === undefined;
  if (isNone) return fixedDefault(option);
  if (value !== undefined) return value;
  if (meant?.refusal !== undefined) throw new UsageError(`${at}${key}=${text} is not possible: ${meant.refusal}`);
  const hint = words === undefined ? "" : didYouMean(text, words);
  throw new UsageError(`${at}${key}=${text} is not possible: expected ${key}=${expects(option)}.${hint}`);
}

/** Whether the key may be written without a value. */
export function isFlag(option: Option | undefined): boolean {
  return option?.type === "boolean";
}

/** The words that an option can be, where these are few. */
export function wordsOf(option: Option): readonly string[] | undefined {
  return isFlag(option) ? ["true", "false"] : option.choices;
}

/** A command line that works, of a command. */
interface ExampleOf {
  name: string;
  example?: string | undefined;
}

/** @throws UsageError when required options have no value */
export function requireValues(values: Readonly<Record<string, unknown>>, table: OptionTable, command: ExampleOf): void {
  const missing = Object.entries(table).filter(([key, { required }]) => required && values[key] === undefined);
  const forms = missing.map(([key, option]) => `${key}=${expects(option)}`);
  if (forms.length > 0) throw needs(forms, command);
}

/** The model and the data set of a training or an evolution that resumes none; a UsageError when one is missing. */
export function requireStart(
  { model, data }: { model?: string; data?: string },
  command: ExampleOf,
): { model: string; data: string } {
  if (model !== undefined && data !== undefined) return { model, data };
  throw needs(
    [...(model === undefined ? ["model=file"] : []), ...(data === undefined ? ["data=file.yaml"] : [])],
    command,
  );
}

function needs(forms: readonly string[], { name, example }: ExampleOf): UsageError {
  const such = example === undefined ? "" : ` For example: ${example}`;
  return new UsageError(`${name} needs ${forms.join(" ")}.${such} (all options: lookonce help ${name})`);
}

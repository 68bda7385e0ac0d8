import { didYouMean } from "@lookonce/errors";
import type { Option, OptionTable, OptionValues } from "./option.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Reads the arguments after the command's name: `key=value`, `--key=value`, `--key value`, and a flag's key alone.
 *
 * Dashes and underscores in keys are the same (`--max-det` is `max_det`). The last of several values of a key holds.
 *
 * @throws UsageError for unknown keys, values out of range, missing values and missing keys
 */
export function parseOptions<T extends OptionTable>(
  argv: readonly string[],
  table: T,
  command: string,
): OptionValues<T> {
  const values: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(table)) values[key] = option.fallback;
  for (const { key, text } of pairs(argv, table, command)) values[key] = read(table[key] as Option<unknown>, key, text);
  const missing = Object.keys(table).filter((key) => table[key]?.required && values[key] === undefined);
  if (missing.length > 0) {
    const forms = missing.map((key) => `${key}=${table[key]?.expects}`).join(" ");
    throw new UsageError(`${command} needs ${forms}. See: lookonce help ${command}`);
  }
  return values as OptionValues<T>;
}

interface Pair {
  key: string;
  text: string;
}

function pairs(argv: readonly string[], table: OptionTable, command: string): Pair[] {
  const found: Pair[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] as string;
    const [, dashes = "", name = "", text] = /^(--)?([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    const key = name.replaceAll("-", "_");
    const option = Object.hasOwn(table, key) ? table[key] : undefined;
    if (option === undefined)
      throw unknown({ argument, key, isPair: dashes !== "" || text !== undefined }, table, command);
    if (text !== undefined) found.push({ key, text });
    else if (option.isFlag) found.push({ key, text: "true" });
    else if (dashes !== "" && i + 1 < argv.length) found.push({ key, text: argv[++i] as string });
    else throw new UsageError(`${key} needs a value: ${key}=${option.expects}`);
  }
  return found;
}

function unknown(
  { argument, key, isPair }: { argument: string; key: string; isPair: boolean },
  table: OptionTable,
  command: string,
): UsageError {
  const keys = Object.keys(table);
  if (isPair) {
    const hint = didYouMean(key, keys);
    return new UsageError(`${command} has no option "${key}".${hint === "" ? ` It has ${keys.join(", ")}.` : hint}`);
  }
  const [first] = Object.entries(table).find(([, option]) => option.required) ?? [keys[0]];
  const hint = keys.includes(key) ? "" : didYouMean(key, keys);
  return new UsageError(`cannot read "${argument}": arguments are key=value, such as ${first}=${argument}.${hint}`);
}

function read(option: Option<unknown>, key: string, text: string): unknown {
  const value = option.read(text);
  if (value !== undefined) return value;
  const words = option.expects.split("|");
  const hint = words.length > 1 ? didYouMean(text, words) : "";
  throw new UsageError(`${key}=${text} is not possible: expected ${key}=${option.expects}.${hint}`);
}

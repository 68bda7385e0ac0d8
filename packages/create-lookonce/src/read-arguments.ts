import { expects, type Option, optionSchema, readText } from "@lookonce/config";
import { didYouMean, LookonceError } from "@lookonce/errors";
import type { CreateProjectOptions } from "./create-project.ts";

const { options } = optionSchema.init;
const example = "npm create lookonce pets";

/**
 * Reads what follows `npm create lookonce`: the folder, and options of `lookonce init` as `key=value`, `--key=value` or
 * `--key value`.
 *
 * @throws LookonceError `ARGUMENT` for what cannot be understood
 */
export function readArguments(argv: readonly string[]): CreateProjectOptions {
  const values: Record<string, unknown> = {};
  const words = [...argv];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [, dashes = "", key = "", given] = /^(--?)?([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (dashes === "" && given === undefined) {
      if (values.folder !== undefined) {
        const both = JSON.stringify(`${values.folder} ${word}`);
        throw misused(
          `cannot read "${word}": a name with spaces needs quotation marks, as in npm create lookonce ${both}`,
        );
      }
      values.folder = word;
      continue;
    }
    const option = Object.hasOwn(options, key) ? (options[key] as Option) : undefined;
    if (option === undefined) {
      const keys = Object.keys(options);
      throw misused(`there is no option "${key}".${didYouMean(key, keys) || ` There are ${keys.join(", ")}.`}`);
    }
    const text = given ?? words.shift();
    const value = text === undefined || text === "" ? undefined : readText(option, text);
    if (value === undefined) throw misused(`${key} needs a value: ${key}=${expects(option)}`);
    values[key] = value;
  }
  if (values.folder === undefined) throw misused(`name the folder of the project, such as ${example}`);
  return values as unknown as CreateProjectOptions;
}

/** What `npm create lookonce --help` prints. */
export function usage(): string {
  const rows = Object.entries(options).map(([key, option]) => {
    const { help, defaultText } = option;
    const otherwise = defaultText === undefined ? "" : ` (default: ${defaultText})`;
    return `  ${`${key}=${expects(option)}`.padEnd(22)}${help}${otherwise}`;
  });
  return [`${example}   ${optionSchema.init.summary}`, "", ...rows, ""].join("\n");
}

function misused(message: string): LookonceError {
  return new LookonceError("ARGUMENT", message);
}

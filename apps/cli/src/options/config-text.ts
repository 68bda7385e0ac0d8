import { dump } from "js-yaml";
import type { Command } from "../command.ts";
import type { Option } from "./option.ts";

/** Keys that belong on the command line only. */
const notInFiles = new Set(["json", "verbose", "cfg"]);

/** The options of commands as a YAML file that changes nothing: what has no default of its own is commented out. */
export function configText(commands: readonly Command[]): string {
  const head = [
    "# Options of lookonce, with their defaults. Use it with cfg=FILE; the command line holds before it.",
    "# Keys at the margin, such as imgsz: 320, are for all commands that have them.",
  ];
  return [...head, ...commands.flatMap((command) => ["", ...section(command)])].join("\n").concat("\n");
}

function section({ name, options }: Command): string[] {
  const entries = Object.entries(options).filter(([key]) => !notInFiles.has(key));
  const lines = entries.map(([key, option]) => [lineOf(key, option), option.help] as const);
  const width = Math.min(40, Math.max(...lines.map(([line]) => line.length)));
  const title = /\s/.test(name) ? JSON.stringify(name) : name;
  if (!lines.some(([line]) => !line.startsWith("#")))
    return [`${title}: {}`, ...lines.map(([line, help]) => `  ${line.padEnd(width)}  # ${help}`)];
  return [`${title}:`, ...lines.map(([line, help]) => `  ${line.padEnd(width)}  # ${help}`)];
}

function lineOf(key: string, { fallback, required, expects }: Option<unknown>): string {
  if (required) return `# ${key}: ${expects}`;
  if (fallback === undefined) return `# ${key}:`;
  return `${key}: ${dump(fallback, { flowLevel: 0 }).trim()}`;
}

/** What programs want to know of an option. */
export function optionRecord({ fallback, expects, help, required, choices }: Option<unknown>): object {
  return { default: fallback ?? null, required, expects, help, ...(choices === undefined ? {} : { choices }) };
}

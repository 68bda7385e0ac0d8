import type { OptionTable } from "@lookonce/config";
import { lineOf, readYamlSync } from "@lookonce/documents";
import { didYouMean, LookonceError } from "@lookonce/errors";
import type { Pair } from "./parse.ts";
import { pythonHabit } from "./python-habits.ts";

/** What a configuration file may speak of. */
export interface KnownCommands {
  /** The command that runs. */
  name: string;
  table: OptionTable;
  /** All commands' options, by name. */
  all: Readonly<Record<string, OptionTable>>;
  note?: (line: string) => void;
}

/**
 * Reads options from a YAML file: keys as on the command line, for all commands at the top and for single ones under their
 * names. Keys that only other commands have are left to them; one that no command has is refused with its line.
 */
export function readConfigFile(file: string, known: KnownCommands): Pair[] {
  const { text, content } = readYamlSync(file, {
    what: "configuration file",
    expected: "keys such as imgsz: 640, each on a line",
    hint: () => " lookonce cfg output=lookonce.yaml writes one with all defaults.",
    mayBeEmpty: true,
  });
  const own: Pair[] = [];
  const top: Pair[] = [];
  for (const [key, value] of Object.entries(content)) {
    const table = Object.hasOwn(known.all, key) && isMap(value) ? known.all[key] : undefined;
    if (table === undefined) {
      const at = `${file}, line ${lineOf(text, key) ?? 1}: `;
      top.push(...pairOf({ key, value, at }, { ...known, tables: Object.values(known.all) }));
      continue;
    }
    const section = Object.entries(value as object).flatMap(([name, item]: [string, unknown]) => {
      const at = `${file}, line ${lineOf(text, name, key) ?? 1}: `;
      return pairOf({ key: name, value: item, at }, { ...known, table, name: key, tables: [table] });
    });
    if (key === known.name) own.push(...section);
  }
  return [...top, ...own];
}

function pairOf(
  { key: written, value, at }: { key: string; value: unknown; at: string },
  { name, table, tables, note }: KnownCommands & { tables: readonly OptionTable[] },
): Pair[] {
  const key = written.replaceAll("-", "_");
  const isKnown = tables.some((each) => Object.hasOwn(each, key));
  const meant = pythonHabit(key, isTextual(value) ? String(value ?? true) : "", table);
  // An empty value is a key that is not given
  if ((value === null || value === undefined) && (isKnown || meant !== undefined)) return [];
  if (Object.hasOwn(table, key)) return [{ key, text: textOf(value, { key, at }), at }];
  if (meant?.kind === "pair" && (!isKnown || typeof value === "string")) {
    return [{ key: meant.key, text: meant.text, at }];
  }
  if (isKnown) return [];
  if (meant !== undefined && meant.kind !== "pair") {
    // Files of other programs have every key that these have, mostly with its default
    note?.(`${at}${meant.kind === "note" ? "" : "left out: "}${meant.line}`);
    return [];
  }
  const keys = [...new Set(tables.flatMap((each) => Object.keys(each)))];
  const whose = tables.length === 1 ? `${name} has` : "there is";
  throw new LookonceError("ARGUMENT", `${at}${whose} no option "${written}".${didYouMean(key, keys)}`);
}

function textOf(value: unknown, { key, at }: { key: string; at: string }): string {
  if (!isTextual(value)) throw new LookonceError("ARGUMENT", `${at}${key} must be one value, or a list of them.`);
  return String(value);
}

/** Whether a value is a text, a number and the like, or a list of those. */
function isTextual(value: unknown): boolean {
  return Array.isArray(value) ? !value.some((item) => isMap(item) || Array.isArray(item)) : !isMap(value);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

import { expects, type Option, type OptionTable } from "@lookonce/config";
import { type Command, optionsOf } from "../command.ts";
import { commandOf } from "../find-command.ts";
import { isFlag, wordsOf } from "../options/parse.ts";
import { filesFor } from "./files.ts";

/** A way to go on, and what it means. */
export interface Candidate {
  value: string;
  help?: string;
}

interface CompletionContext {
  commands: readonly Command[];
  /** Weights that are found by name. */
  modelNames: () => Promise<readonly string[]>;
}

/** How a command line may go on: the last of the words after the program's name is being written and may be empty. */
export async function candidates(words: readonly string[], context: CompletionContext): Promise<Candidate[]> {
  const { commands } = context;
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1).filter((word) => word !== "detect");
  if (before[0] === "help") return commandWords(before.slice(1), current, commands);
  const found = commandOf(before, commands);
  if (found === undefined) return commandWords(before, current, commands);
  const { command, used } = found;
  const table = optionsOf(command);
  const [, dashes = "", written = "", start] = /^(--)?([^=]*)(?:=(.*))?$/s.exec(current) ?? [];
  if (start !== undefined) {
    const option = optionAt(table, written);
    if (option === undefined) return [];
    const values = await valuesOf(option, { key: keyOf(written), start, context });
    return values.map(({ value, ...rest }) => ({ value: `${dashes}${written}=${value}`, ...rest }));
  }
  const previous = /^--([^=]+)$/.exec(before.at(-1) ?? "")?.[1];
  const asked = previous === undefined ? undefined : optionAt(table, previous);
  if (previous !== undefined && asked !== undefined && !isFlag(asked)) {
    return valuesOf(asked, { key: keyOf(previous), start: current, context });
  }
  const rest = before.slice(used);
  const { positional } = command;
  if (dashes === "" && positional !== undefined && rest.every((word) => word.includes("="))) {
    const values = await valuesOf(table[positional] as Option, { key: positional, start: current, context });
    if (values.length > 0) return values;
  }
  return keys(command, { rest, dashes, start: written });
}

/** Words that a command's name may begin or continue with. */
function commandWords(before: readonly string[], current: string, commands: readonly Command[]): Candidate[] {
  const head = before.length === 0 ? "" : `${before.join(" ")} `;
  const own = commands.filter(({ name }) => name.startsWith(head));
  const words = new Map<string, string>();
  for (const { name, summary } of own) {
    const [word = "", more] = name.slice(head.length).split(" ");
    if (!words.has(word)) words.set(word, more === undefined ? summary : `${word} commands`);
  }
  if (head === "") words.set("help", "the options of a command").set("version", "the version of lookonce");
  return [...words].filter(([word]) => word.startsWith(current)).map(([value, help]) => ({ value, help }));
}

function keys(
  command: Command,
  { rest, dashes, start }: { rest: readonly string[]; dashes: string; start: string },
): Candidate[] {
  const given = new Set(rest.map((word) => keyOf(word.replace(/^--/, "").replace(/=.*$/s, ""))));
  return Object.entries(optionsOf(command)).flatMap(([key, option]) => {
    const shown = dashes === "" ? key : key.replaceAll("_", "-");
    if (given.has(key)) return [];
    const forms = dashes !== "" && isFlag(option) ? [`--${shown}`, `--no-${shown}`] : [`${dashes}${shown}=`];
    return forms.filter((form) => form.startsWith(`${dashes}${start}`)).map((value) => ({ value, help: option.help }));
  });
}

interface Asked {
  key: string;
  start: string;
  context: CompletionContext;
}

async function valuesOf(option: Option, { key, start, context }: Asked): Promise<Candidate[]> {
  const choices = wordsOf(option);
  if (choices !== undefined) {
    return choices.filter((word) => word.toLowerCase().startsWith(start.toLowerCase())).map((value) => ({ value }));
  }
  const isModel = key === "model" || key === "vs";
  const files = await filesFor(expects(option), { start, isModel });
  if (!isModel) return files.map((value) => ({ value }));
  const known = (await context.modelNames()).filter((name) => name.startsWith(start));
  return [...files, ...known.filter((name) => !files.includes(name))].map((value) => ({ value }));
}

function optionAt(table: OptionTable, written: string): Option | undefined {
  const key = keyOf(written);
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function keyOf(written: string): string {
  return written.replaceAll("-", "_");
}

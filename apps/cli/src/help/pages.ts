import { describeDefault, expects, type Option } from "@lookonce/config";
import { type Command, optionsOf } from "../command.ts";
import { wrap } from "../terminal/wrap.ts";

/** Maximum characters of the column of options. */
const widestForm = 32;
/** Maximum characters of a line. */
const helpWidth = 120;

/** What `lookonce help` says. */
export function generalHelp(commands: readonly Command[]): string {
  const more = [
    { name: "help", summary: "this page, or a command's options: lookonce help predict" },
    { name: "version", summary: "the version of lookonce" },
  ];
  return [
    "Usage: lookonce COMMAND key=value …",
    "",
    "Finds objects in images with YOLO detectors, and trains, measures and exports them.",
    "",
    ...commandList(commands, more),
  ].join("\n");
}

/** What `lookonce help data` says: the commands that begin with that word. */
export function familyHelp(word: string, commands: readonly Command[]): string {
  return [
    `Usage: lookonce ${word} COMMAND key=value …`,
    "",
    ...commandList(commands),
    `A command's options: lookonce help ${commands[0]?.name}`,
    "",
  ].join("\n");
}

/** The commands, `more` words that can be in their place, and an example of each command. */
function commandList(commands: readonly Command[], more: readonly Pick<Command, "name" | "summary">[] = []): string[] {
  const all = [...commands, ...more];
  const width = Math.max(...all.map(({ name }) => name.length));
  const lines = all.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  const examples = commands.flatMap(({ examples: own }) => own.slice(0, 1)).map((example) => `  ${example}`);
  return ["Commands:", ...lines, "", "Examples:", ...examples, ""];
}

/** What `lookonce help COMMAND` says; `more` are commands that begin with its name. */
export function commandHelp(command: Command, more: readonly Command[] = []): string {
  const rows = Object.entries(optionsOf(command)).map(([key, option]) => ({
    form: `${key}=${expects(option)}`,
    option,
  }));
  const width = Math.min(widestForm, Math.max(...rows.map(({ form }) => form.length)));
  return [
    `Usage: lookonce ${command.name} key=value …`,
    "",
    command.summary,
    "",
    "Options (key=value, --key=value or --key value; --no-key for false):",
    ...rows.map(({ form, option }) => optionLine(form, `${option.help}${defaultOf(option)}`, width)),
    "",
    "Examples:",
    ...command.examples.map((example) => `  ${example}`),
    ...(more.length === 0 ? [] : ["", "See also:", ...more.map(({ name, summary }) => `  ${name}: ${summary}`)]),
    "",
  ].join("\n");
}

/** A form wider than the column pushes its help onto the next line; long help goes on in its column. */
function optionLine(form: string, help: string, width: number): string {
  const margin = `\n${" ".repeat(width + 4)}`;
  const lines = wrap(help, helpWidth - width - 4);
  return `  ${form.padEnd(width)}${form.length > width ? margin : "  "}${lines.join(margin)}`;
}

function defaultOf(option: Option): string {
  if (option.required) return " (required)";
  const words = describeDefault(option);
  return words === undefined || words === "false" ? "" : ` (default ${words})`;
}

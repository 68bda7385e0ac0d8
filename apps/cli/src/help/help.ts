import { commands } from "../commands/index.ts";
import { findCommand, isFamily } from "../find-command.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { commandHelp, familyHelp, generalHelp } from "./pages.ts";

/** Whether a word asks for help. */
export function isHelp(word: string): boolean {
  return ["help", "--help", "-h"].includes(word);
}

/** Shows the help of the command, or the family of commands, that the words name; without words, the list of commands. */
export function help(words: readonly string[], terminal: Terminal): object {
  const text = helpText(words.flatMap((word) => word.split(" ")).filter((word) => !isHelp(word)));
  terminal.say(text.trimEnd());
  return { help: text };
}

function helpText(words: readonly string[]): string {
  const [first] = words;
  if (first === undefined) return generalHelp(commands);
  const family = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (isFamily(first, commands) && words.length === 1) return familyHelp(first, family);
  return commandHelp(findCommand(words, commands).command, words.length === 1 ? family : []);
}

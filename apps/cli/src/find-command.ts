import { didYouMean } from "@lookonce/errors";
import type { Command } from "./command.ts";
import { UsageError } from "./options/usage-error.ts";

/** What users of other YOLO programs may type, and our command for it. */
const otherNames: Readonly<Record<string, string>> = {
  detect: "predict",
  validate: "val",
  test: "val",
  fit: "train",
  tune: "evolve",
  settings: "cfg",
  env: "checks",
  doctor: "checks",
  check: "checks",
  autocomplete: "completion",
  server: "serve",
  create: "init",
  new: "init",
  "copy-cfg": "cfg",
  "data verify": "data check",
};

/** Whether commands of two words begin with this one. */
export function isFamily(word: string, commands: readonly Command[]): boolean {
  return commands.some(({ name }) => name.startsWith(`${word} `)) && !commands.some(({ name }) => name === word);
}

/** A command, and how many words named it. */
interface FoundCommand {
  command: Command;
  used: number;
}

/** The command that the first word or the first two name; a UsageError names the nearest when there is none. */
export function findCommand(words: readonly string[], commands: readonly Command[]): FoundCommand {
  const found = commandOf(words, commands);
  if (found === undefined) throw unknownCommand(words, commands);
  return found;
}

/** As {@link findCommand}, `undefined` when there is none. */
export function commandOf(words: readonly string[], commands: readonly Command[]): FoundCommand | undefined {
  for (const used of [2, 1]) {
    const word = words.slice(0, used).join(" ");
    const command = commands.find(({ name }) => name === word);
    if (command !== undefined && words.length >= used) return { command, used };
  }
  return undefined;
}

function unknownCommand(words: readonly string[], commands: readonly Command[]): UsageError {
  const family = isFamily(words[0] as string, commands);
  const word = words.slice(0, family ? 2 : 1).join(" ");
  const names = [...commands.map(({ name }) => name), "help", "version"];
  const known = family ? names.filter((name) => name.startsWith(`${words[0]} `)) : names;
  const other = otherNames[word];
  const hint = other === undefined ? didYouMean(word, known) : ` Here it is "${other}".`;
  return new UsageError(`there is no command "${word}".${hint === "" ? ` There are ${known.join(", ")}.` : hint}`);
}

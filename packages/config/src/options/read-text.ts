import { accepts } from "./check-value.ts";
import type { Option, OptionValue } from "./option.ts";

const truth: Readonly<Record<string, boolean>> = {
  ...{ true: true, "1": true, yes: true, on: true },
  ...{ false: false, "0": false, no: false, off: false },
};

/** The value that a text stands for on a command line or in a form, or `undefined` when the option does not accept it. */
export function readText(option: Option, text: string): OptionValue | undefined {
  if (option.isListOnCli) {
    const words = wordsOf(text).map((word) => wordOf(option, word));
    return words.every((word) => accepts(option, word)) ? words : undefined;
  }
  const value = parsed(option, text);
  return value !== undefined && accepts(option, value) ? value : undefined;
}

function parsed(option: Option, text: string): OptionValue | undefined {
  switch (option.type) {
    case "boolean":
      return Object.hasOwn(truth, text.toLowerCase()) ? truth[text.toLowerCase()] : undefined;
    case "integer":
    case "number":
      return numberOf(text);
    case "choice":
      return wordOf(option, text);
    case "text":
      return text;
    case "words":
      return wordsOf(text).map((word) => wordOf(option, word));
    case "classes":
      return wordsOf(text);
    case "numbers":
      return wordsOf(text).map(numberOf);
    case "integers": {
      const list = wordsOf(text).map((word) => (/^\d+$/.test(word) ? Number(word) : Number.NaN));
      return list.length === 1 ? list[0] : list;
    }
    case "sides": {
      const list = text
        .trim()
        .replace(/^[[(](.*)[\])]$/, "$1")
        .split(/\s*[,x×]\s*/)
        .map(numberOf);
      return list.length === 1 ? list[0] : list;
    }
  }
}

function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

/** `cat,dog` or `[cat, dog]`. */
function wordsOf(text: string): string[] {
  return text
    .replace(/^\[(.*)\]$/, "$1")
    .split(",")
    .map((word) => word.trim());
}

/** A choice in any case, with dashes or underscores, as it is listed; other words as they are. */
function wordOf({ choices = [], aliases = {} }: Option, word: string): string {
  const plain = (text: string): string => text.toLowerCase().replaceAll("_", "-");
  const alias = word.toLowerCase();
  return (
    choices.find((choice) => plain(choice) === plain(word)) ??
    (Object.hasOwn(aliases, alias) ? (aliases[alias] as string) : word)
  );
}

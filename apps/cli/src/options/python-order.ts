import { taskNames } from "@lookonce/config";

const isTaskName = (word: string | undefined): word is string => (taskNames as readonly string[]).includes(word ?? "");

/**
 * Other YOLO programs' lines in our order: `segment train …`, `train segment …`, `task=segment mode=train …` are
 * `train task=segment …`, and `val task=track …` is `val track …`.
 */
export function inOurOrder(argv: readonly string[]): string[] {
  const first = argv.slice(0, 2).findIndex(isTaskName);
  const written = argv.map((argument) => /^(?:--)?task=(.*)$/.exec(argument)?.[1]).find((value) => value !== undefined);
  const rest = argv.filter((argument, i) => i !== first && !/^(--)?task=/.test(argument));
  const [mode, ...others] = modeFirst(rest);
  // The task alone is help: there is nothing to do
  if (mode === undefined) return [];
  if (written === "track") {
    if (mode === "track") return [mode, ...others];
    return mode === "val" ? ["val", "track", ...others] : ["track", mode, ...others];
  }
  const task = first < 0 ? written : argv[first];
  return [mode, ...others, ...(task === undefined || task === "" ? [] : [`task=${task}`])];
}

function modeFirst(rest: readonly string[]): string[] {
  const at = rest.findIndex((argument) => /^(--)?mode=./.test(argument));
  if (at < 0 || !/[=]/.test(rest[0] ?? "")) return [...rest];
  const mode = (rest[at] as string).replace(/^(--)?mode=/, "");
  return [mode, ...rest.slice(0, at), ...rest.slice(at + 1)];
}

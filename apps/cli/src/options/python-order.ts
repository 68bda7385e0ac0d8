import { UsageError } from "./usage-error.ts";

/** Tasks of other YOLO programs that are not this one's. */
const otherTasks = ["segment", "classify", "pose", "obb"];

/**
 * Other YOLO programs' lines in our order: `detect train …`, `train detect …`, `task=detect mode=train …` are `train …`, and
 * `val task=track …` is `val track …`.
 */
export function inOurOrder(argv: readonly string[]): string[] {
  const [first, second] = argv;
  const other = [first, second].find((word) => word !== undefined && otherTasks.includes(word));
  const task = argv.map((argument) => /^(?:--)?task=(.*)$/.exec(argument)?.[1]).find((value) => value !== undefined);
  const asked = other ?? (["", "detect", "track"].includes(task ?? "") ? undefined : task);
  if (asked !== undefined) {
    throw new UsageError(`${asked}: lookonce finds objects as boxes (detect); it does nothing else.`);
  }
  const isTask = (argument: string): boolean => /^(--)?task=/.test(argument);
  const rest = argv.filter((argument, i) => !isTask(argument) && !(argument === "detect" && i < 2));
  const ordered = modeFirst(rest);
  if (task !== "track" || ordered[0] === "track") return ordered;
  return ordered[0] === "val" ? ["val", "track", ...ordered.slice(1)] : ["track", ...ordered];
}

function modeFirst(rest: readonly string[]): string[] {
  // The task alone is help: there is nothing to do
  const at = rest.findIndex((argument) => /^(--)?mode=./.test(argument));
  if (at < 0 || !/[=]/.test(rest[0] ?? "")) return [...rest];
  const mode = (rest[at] as string).replace(/^(--)?mode=/, "");
  return [mode, ...rest.slice(0, at), ...rest.slice(at + 1)];
}

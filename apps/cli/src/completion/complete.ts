import { commands } from "../commands/index.ts";
import type { Output } from "../terminal/io.ts";
import { candidates } from "./candidates.ts";
import { splitLine } from "./split-line.ts";

/** The word by which the shells' scripts ask; it is in no help. */
export const completeWord = "__complete";

/** Answers a shell that passes `--line` and the line up to the cursor, or `--` and its words: a line a candidate. */
export async function complete(arguments_: readonly string[], output: Output): Promise<void> {
  const [form, ...rest] = arguments_;
  const words = form === "--line" ? splitLine(rest[0] ?? "").slice(1) : rest;
  const found = await candidates(words, { commands, modelNames });
  for (const { value, help } of found) output.write(help === undefined ? `${value}\n` : `${value}\t${help}\n`);
}

async function modelNames(): Promise<string[]> {
  const { publishedWeights } = await import("@lookonce/yolo");
  return publishedWeights.map(({ name }) => name);
}

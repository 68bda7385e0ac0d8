import type { UnreadableImages } from "@lookonce/trainer";

/** Something that was left out: the file, the line in it, and why. */
export interface Problem {
  path: string;
  line?: number;
  reason: string;
}

/** A line about what was left out. Most reasons name the file themselves. */
export function describeProblem({ path, line, reason }: Problem): string {
  const place = line === undefined ? path : `${path}, line ${line}`;
  return reason.includes(path) ? `left out: ${reason}` : `left out: ${place}: ${reason}`;
}

/** A line about images that a validation could not read. */
export async function describeMissing(unreadable: UnreadableImages): Promise<string> {
  const { describeUnreadable } = await import("@lookonce/trainer");
  return `${unreadable.count} images could not be read and are missing from the scores: ${describeUnreadable(unreadable)}`;
}

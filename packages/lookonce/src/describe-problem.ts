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

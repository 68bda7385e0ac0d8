import type { CreatedProject } from "./create-project.ts";

/** Lines for a person: what was written, and what to do next. */
export function describeProject({ folder, written, kept, next }: CreatedProject): string[] {
  return [
    `wrote ${written.join(", ")} into ${folder}`,
    ...(kept.length > 0 ? [`${kept.join(" and ")} was there, and stays as it is`] : []),
    "",
    "Next:",
    ...next.map((line) => `  ${line}`),
  ];
}

import type { ExportOptions } from "./export/export-options.ts";
import type { PlannedExport } from "./export/plan-export.ts";

export type { PlannedExport } from "./export/plan-export.ts";

/**
 * Parts options among several formats that a model is to be written in: each gets those that it knows.
 *
 * @throws LookonceError `ARGUMENT` for unknown formats, an option that none of them knows, and one file for several formats
 */
export async function exportPlans(
  formats: readonly string[],
  options: Omit<ExportOptions, "format">,
): Promise<PlannedExport[]> {
  const { planExports } = await import("./export/plan-export.ts");
  return planExports(formats, options);
}

/** The format that a file's ending stands for. */
export async function formatOfFile(file: string): Promise<string | undefined> {
  const { formatOfFile: find } = await import("@lookonce/export");
  return find(file);
}

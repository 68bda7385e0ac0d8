import { LookonceError } from "@lookonce/errors";
import type { ExportFormat, FormatDescription } from "@lookonce/export";
import { basename, extname, realpathSync } from "@lookonce/files";
import type { ExportOptions } from "../options.ts";

/** Which format is meant, and which file is to be written for the model in `source`. */
export async function planExport(
  source: string,
  { format, file }: Pick<ExportOptions, "format" | "file">,
): Promise<{ format: ExportFormat; file: string }> {
  const { findFormat } = await import("@lookonce/export");
  const place = file?.replace(/(?<=.)[/\\]+$/, "");
  const found = findFormat(format ?? (await formatFor(place)));
  const path = place ?? `${withoutEnding(source)}${found.suffix}`;
  if (isSame(path, source)) {
    throw new LookonceError(
      "ARGUMENT",
      `${path} is the model itself: name another file, such as ${withoutEnding(source)}-copy${extname(source)}.`,
    );
  }
  return { format: found.format, file: path };
}

/** The format that a file's ending stands for, else ONNX. */
async function formatFor(file: string | undefined): Promise<ExportFormat> {
  const { formatOfFile } = await import("@lookonce/export");
  return (file === undefined ? undefined : formatOfFile(file)) ?? "onnx";
}

/** One of several exports that are asked for at once. */
export interface PlannedExport {
  format: ExportFormat;
  options: ExportOptions;
  /** Options that this format does not know, and another of them does. */
  leftOut: string[];
}

/** Façade options and the option of the formats that they are for, where the names differ. */
const meanings: Readonly<Record<string, string>> = { data: "calibration", fraction: "calibration" };

/**
 * Parts options among several formats that a model is to be written in: each gets those that it knows.
 *
 * @param formats default: the one that the file's ending stands for, else ONNX
 * @throws LookonceError `ARGUMENT` for unknown formats, an option that none of them knows, and one file for several formats
 */
export async function exportPlans(
  formats: readonly string[] | undefined,
  options: Omit<ExportOptions, "format">,
): Promise<PlannedExport[]> {
  const { exportFormats, findFormat } = await import("@lookonce/export");
  const found = [...new Set((formats ?? [await formatFor(options.file)]).map(findFormat))];
  const names = (descriptions: readonly FormatDescription[]): string =>
    descriptions.map(({ format }) => format).join(", ");
  if (options.file !== undefined && found.length > 1) {
    throw new LookonceError(
      "ARGUMENT",
      `file names one place, and ${found.length} formats are asked for: leave it out.`,
    );
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== false);
  for (const [name] of given) {
    if (found.some((description) => knows(description, name))) continue;
    const knowing = exportFormats.filter((description) => knows(description, name));
    throw new LookonceError("ARGUMENT", `${name} is not for the format ${names(found)}: ${names(knowing)} knows it.`);
  }
  return found.map((description) => {
    const { format } = description;
    const mine = given.filter(([name]) => knows(description, name));
    const leftOut = given.filter((entry) => !mine.includes(entry)).map(([name]) => name);
    return { format, options: { ...Object.fromEntries(mine), format }, leftOut };
  });
}

function knows({ options }: FormatDescription, name: string): boolean {
  return name === "file" || (options as readonly string[]).includes(meanings[name] ?? name);
}

function withoutEnding(path: string): string {
  const ending = extname(path);
  return ending === "" || ending === basename(path) ? path : path.slice(0, -ending.length);
}

function isSame(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    // One of them is not there.
    return false;
  }
}

import { realpathSync } from "node:fs";
import { basename, extname } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { type ExportFormat, exportFormats, type FormatDescription, findFormat, formatOfFile } from "@lookonce/export";
import type { ExportOptions } from "./export-options.ts";

/** What is to be written, and where. */
export interface ExportPlan {
  format: ExportFormat;
  file: string;
}

/**
 * Which format is meant and which file is to be written.
 *
 * @param source the model's file
 * @throws LookonceError `ARGUMENT` for an unknown format, and where the file is the model itself
 */
export function planExport(source: string, { format, file }: Pick<ExportOptions, "format" | "file">): ExportPlan {
  const place = file?.replace(/(?<=.)[/\\]+$/, "");
  const found = findFormat(format ?? (place === undefined ? undefined : formatOfFile(place)) ?? "onnx");
  const path = place ?? `${withoutEnding(source)}${found.suffix}`;
  if (isSame(path, source)) {
    throw new LookonceError(
      "ARGUMENT",
      `${path} is the model itself: name another file, such as ${withoutEnding(source)}-copy${extname(source)}.`,
    );
  }
  return { format: found.format, file: path };
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
 * Parts options among several formats: each gets those that it knows.
 *
 * @throws LookonceError `ARGUMENT` for unknown formats, an option that none of them knows, and one file for several formats
 */
export function planExports(formats: readonly string[], options: Omit<ExportOptions, "format">): PlannedExport[] {
  const found = formats.map(findFormat);
  const known = new Set(found.map((description) => description.format));
  if (options.file !== undefined && known.size > 1) {
    throw new LookonceError("ARGUMENT", `file names one place, and ${known.size} formats are asked for: leave it out.`);
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== false);
  for (const [name] of given) {
    if (name === "file" || found.some((description) => knows(description, name))) continue;
    const knowing = exportFormats.filter((description) => knows(description, name));
    throw new LookonceError(
      "ARGUMENT",
      `${name} is not for the format ${[...known].join(", ")}: ${knowing.map(({ format }) => format).join(", ")} knows it.`,
    );
  }
  return [...known].map((format) => {
    const description = found.find((one) => one.format === format) as FormatDescription;
    const mine = given.filter(([name]) => name === "file" || knows(description, name));
    const leftOut = given.map(([name]) => name).filter((name) => !mine.some(([own]) => own === name));
    return { format, options: { ...Object.fromEntries(mine), format } as ExportOptions, leftOut };
  });
}

function knows({ options }: FormatDescription, name: string): boolean {
  return (options as readonly string[]).includes(meanings[name] ?? name);
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

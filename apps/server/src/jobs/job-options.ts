import {
  checkValues,
  libraryValues,
  type Option,
  type OptionSchema,
  type OptionTable,
  optionSchema,
  optionsFor,
  tableJsonSchema,
} from "@lookonce/config";
import type { JobKind, JobOptions } from "./job.ts";

/** Largest values that requests may ask for, where the command line has no limit. */
const maxima: Readonly<Record<string, number>> = {
  epochs: 100_000,
  imgsz: 4096,
  batch: 4096,
  workers: 64,
  max_det: 30_000,
};

/** Options that no request sets, whatever the schema says: places in the file system and on the machine. */
const denied: ReadonlySet<string> = new Set([
  ...["project", "name", "exist_ok", "hyp", "file", "model", "data", "source", "resume", "cfg"],
  ...["device", "threads"],
]);

/**
 * The options that requests to the service may set of a command, within its limits. Texts could name files, so that none is
 * among them.
 */
export function requestOptions(
  { options }: { options: OptionTable },
  limits: Readonly<Record<string, number>> = maxima,
): OptionTable {
  const allowed = Object.entries(optionsFor(options, "server")).filter(
    ([name, { type }]) => !denied.has(name) && type !== "text",
  );
  return Object.fromEntries(allowed.map(([name, option]) => [name, limited(option, limits[name])]));
}

function limited(option: Option, limit: number | undefined): Option {
  const { max = limit } = option;
  return { ...option, isOpen: false, ...(max === undefined ? {} : { max }) };
}

export function jobOptions(kind: JobKind, schema: OptionSchema = optionSchema): OptionTable {
  return requestOptions(schema[kind] ?? { options: {} });
}

/** @throws LookonceError `ARGUMENT` for an option that a kind of job does not have, or a value that it does not accept */
export function checkJobOptions(kind: JobKind, options: JobOptions, schema?: OptionSchema): void {
  checkValues(jobOptions(kind, schema), options, { what: `a job that is to ${verbs[kind]}`, prefix: "options." });
}

/** Checked options as the library accepts them: under its names, and a training's recipe apart. */
export function librarySettings(kind: JobKind, options: JobOptions): Record<string, unknown> {
  return libraryValues(jobOptions(kind), options);
}

/** The options of a kind of job as JSON Schema, for the service's document and the web form. */
export function jobOptionsSchema(kind: JobKind, schema?: OptionSchema): object {
  return tableJsonSchema(jobOptions(kind, schema));
}

const verbs: Readonly<Record<JobKind, string>> = { train: "train", val: "validate", export: "export" };

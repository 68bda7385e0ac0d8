import { LookonceError } from "@lookonce/errors";
import type { Checkpoint } from "../checkpoint.ts";
import type { PlainValue } from "../plain.ts";
import type { Safetensors } from "./decode.ts";
import { type EncodeOptions, writeSafetensors } from "./encode.ts";

type Field = "config" | "names" | "nc" | "stride" | "anchors" | "metadata";

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
const isList =
  (item: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(item);
const isNumber = (value: unknown): boolean => typeof value === "number";

/** The parts of a checkpoint that are kept as JSON under `__metadata__`, each with the form it must have. */
const fields: Readonly<Record<Field, { expected: string; fits: (value: unknown) => boolean }>> = {
  config: { expected: "an object", fits: isObject },
  names: { expected: "a list of texts", fits: isList((value) => typeof value === "string") },
  nc: { expected: "a number", fits: (value) => Number.isInteger(value) },
  stride: { expected: "a list of numbers", fits: isList(isNumber) },
  anchors: { expected: "lists of numbers", fits: isList(isList(isNumber)) },
  metadata: { expected: "an object", fits: isObject },
};

/**
 * Writes a checkpoint as a safetensors file that `readCheckpoint` reads back: the tensors, and under `__metadata__`
 * the keys `config`, `names`, `nc`, `stride`, `anchors` and `metadata` as JSON, and `format` = `pt` (PyTorch's layouts).
 * The file is written whole or not at all.
 *
 * @throws LookonceError `ARGUMENT` when a tensor does not fit its shape, `NOT_FOUND` or `IO` when writing fails
 */
export function saveCheckpoint(path: string, checkpoint: Checkpoint, options: EncodeOptions = {}): void {
  const metadata: Record<string, string> = { format: "pt" };
  for (const field of Object.keys(fields) as Field[]) {
    if (checkpoint[field] !== undefined) metadata[field] = JSON.stringify(checkpoint[field]);
  }
  writeSafetensors(path, checkpoint.tensors, { ...options, metadata });
}

/** The checkpoint in a safetensors file, our own or another program's; unknown metadata stays text. */
export function checkpointFromSafetensors({ tensors, metadata }: Safetensors, name: string): Checkpoint {
  const rest: Record<string, PlainValue> = {};
  const checkpoint: Checkpoint = { tensors, metadata: rest };
  const own: Partial<Record<Field, unknown>> = {};
  for (const [key, text] of Object.entries(metadata)) {
    if (Object.hasOwn(fields, key)) own[key as Field] = parse(key as Field, text, name);
    else if (key !== "format" && key !== "__proto__") rest[key] = text;
  }
  Object.assign(checkpoint, own);
  checkpoint.metadata = { ...rest, ...(own.metadata as Checkpoint["metadata"] | undefined) };
  return checkpoint;
}

function parse(field: Field, text: string, name: string): unknown {
  const { expected, fits } = fields[field];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (!fits(value)) {
    throw new LookonceError(
      "FORMAT",
      `${name}: metadata key "${field}" is not ${expected} in JSON: ${text.slice(0, 60)}`,
    );
  }
  return value;
}

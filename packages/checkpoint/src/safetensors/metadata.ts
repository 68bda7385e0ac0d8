import { parseJsonValue } from "@lookonce/documents";
import { LookonceError } from "@lookonce/errors";
import type { Checkpoint, TrainingState } from "../checkpoint.ts";
import type { PlainValue } from "../plain.ts";
import type { Safetensors } from "./decode.ts";
import { type EncodeOptions, writeSafetensors } from "./encode.ts";
import { jsonLimits } from "./json-limits.ts";

type Field = "config" | "names" | "nc" | "stride" | "anchors" | "metadata";

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
const isList =
  (item: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(item);
const isNumber = (value: unknown): boolean => typeof value === "number";

interface FieldFormat {
  expected: string;
  fits: (value: unknown) => boolean;
}

/** The parts of a checkpoint that are kept as JSON under `__metadata__`, each with the form it must have. */
const fields: Readonly<Record<Field, FieldFormat>> = {
  config: { expected: "an object", fits: isObject },
  names: { expected: "a list of texts", fits: isList((value) => typeof value === "string") },
  nc: { expected: "a number", fits: Number.isInteger },
  stride: { expected: "a list of numbers", fits: isList(isNumber) },
  anchors: { expected: "lists of numbers", fits: isList(isList(isNumber)) },
  metadata: { expected: "an object", fits: isObject },
};

/** The metadata key of a training's state, and what the names of its tensors start with. */
const trainingKey = "training";
const trainingPrefix = `${trainingKey}/`;

/**
 * Writes a checkpoint as a safetensors file that `readCheckpoint` reads back: the tensors, and under `__metadata__`
 * the keys `config`, `names`, `nc`, `stride`, `anchors` and `metadata` as JSON, and `format` = `pt` (PyTorch's layouts).
 * A training's state goes to the key `training`, its tensors' names start with `training/`.
 * The file is written whole or not at all.
 *
 * @throws LookonceError `ARGUMENT` when a tensor does not fit its shape, `NOT_FOUND` or `IO` when writing fails
 */
export function saveCheckpoint(path: string, checkpoint: Checkpoint, options: EncodeOptions = {}): void {
  const metadata: Record<string, string> = { format: "pt" };
  for (const field of Object.keys(fields) as Field[]) {
    if (checkpoint[field] !== undefined) metadata[field] = JSON.stringify(checkpoint[field]);
  }
  const { tensors, training } = checkpoint;
  if (training !== undefined) metadata[trainingKey] = JSON.stringify(training.state);
  const own = [...(training?.tensors ?? [])].map(([name, tensor]) => [`${trainingPrefix}${name}`, tensor] as const);
  writeSafetensors(path, new Map([...tensors, ...own]), { ...options, metadata });
}

/** The checkpoint in a safetensors file, our own or another program's; unknown metadata stays text. */
export function checkpointFromSafetensors({ tensors, metadata }: Safetensors, name: string): Checkpoint {
  const rest: Record<string, PlainValue> = {};
  const checkpoint: Checkpoint = { tensors, metadata: rest };
  const known: Partial<Record<Field, unknown>> = {};
  for (const [key, text] of Object.entries(metadata)) {
    if (key === trainingKey) {
      const state = parse(fields.metadata, key, { text, name }) as TrainingState["state"];
      const all = [...tensors];
      checkpoint.tensors = new Map(all.filter(([tensor]) => !tensor.startsWith(trainingPrefix)));
      const own = all.filter(([tensor]) => tensor.startsWith(trainingPrefix));
      const named = own.map(([tensor, data]) => [tensor.slice(trainingPrefix.length), data] as const);
      checkpoint.training = { tensors: new Map(named), state };
    } else if (Object.hasOwn(fields, key)) known[key as Field] = parse(fields[key as Field], key, { text, name });
    else if (key !== "format" && key !== "__proto__") rest[key] = text;
  }
  Object.assign(checkpoint, known);
  checkpoint.metadata = { ...rest, ...(known.metadata as Checkpoint["metadata"] | undefined) };
  return checkpoint;
}

function parse({ expected, fits }: FieldFormat, key: string, { text, name }: { text: string; name: string }): unknown {
  const value = parseJsonValue(text, { name: `${name}: metadata key "${key}"`, limits: jsonLimits });
  if (!fits(value)) {
    throw new LookonceError(
      "FORMAT",
      `${name}: metadata key "${key}" is not ${expected} in JSON: ${text.slice(0, 60)}`,
    );
  }
  return value;
}

import { LookonceError } from "@lookonce/errors";
import { writeWholeSync } from "@lookonce/files";
import type { Checkpoint } from "../checkpoint.ts";
import { type ElementType, tensorBytes } from "../element-types.ts";
import { type PickleValue, PickleWriter } from "../pickle/pickle-writer.ts";
import type { EncodeOptions } from "../safetensors/encode.ts";
import type { StoredTensor } from "../tensor.ts";
import { zipStored } from "./zip-writer.ts";

/**
 * A `state_dict` as `torch.save` writes it: a dict of tensors by name, in a zip archive. `torch.load` reads it, also with
 * `weights_only=True`, and `load_state_dict` accepts it.
 *
 * What is known of the model (`yaml`, `names`, `nc`, `stride`, `license` and the like) becomes attributes of the dict, as
 * PyTorch keeps its own `_metadata`: `readCheckpoint` finds it there, and programs that look for tensors do not stumble over it.
 *
 * @returns parts of the file, one after the other
 * @throws LookonceError `ARGUMENT` when a tensor's data does not have its shape's size, `UNSUPPORTED` above 4 GiB
 */
export function encodeStateDict(checkpoint: Checkpoint, { half = false }: EncodeOptions = {}): Uint8Array[] {
  const stored = [...checkpoint.tensors].map(([name, tensor]) => ({
    name,
    tensor,
    ...tensorBytes(name, tensor, half),
  }));
  const writer = new PickleWriter();
  writer.call("collections", "OrderedDict");
  writer.items(stored.map(({ name, tensor, type }, key) => [name, pickledTensor(tensor, storageOf(name, type), key)]));
  const known = attributes(checkpoint);
  if (known.length > 0) writer.attributes(known);
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  return zipStored([
    ["archive/data.pkl", writer.finish()],
    ["archive/byteorder", text("little")],
    ...stored.map(({ bytes }, key): [string, Uint8Array] => [`archive/data/${key}`, bytes]),
    // The version of the archive's format, not of PyTorch.
    ["archive/version", text("3\n")],
  ]);
}

/**
 * Writes a `state_dict` for PyTorch, as {@link encodeStateDict} does; whole or not at all.
 *
 * @throws LookonceError as there, and `IO` when the file cannot be written
 */
export function saveStateDict(path: string, checkpoint: Checkpoint, options: EncodeOptions = {}): void {
  writeWholeSync(path, encodeStateDict(checkpoint, options));
}

function pickledTensor({ shape, data }: StoredTensor, kind: string, key: number): PickleValue {
  const ints =
    (values: readonly number[]): PickleValue =>
    (writer) =>
      writer.tuple(...values);
  const storage: PickleValue = (writer) =>
    writer.persistent("storage", (inner) => inner.global("torch", kind), String(key), "cpu", data.length);
  const hooks: PickleValue = (writer) => writer.call("collections", "OrderedDict");
  return (writer) =>
    writer.call("torch._utils", "_rebuild_tensor_v2", storage, 0, ints(shape), ints(stridesOf(shape)), false, hooks);
}

function storageOf(name: string, { storage }: ElementType): string {
  if (storage !== "UInt16") return `${storage}Storage`;
  throw new LookonceError("UNSUPPORTED", `tensor "${name}" is of 16-bit whole numbers without sign: PyTorch has none.`);
}

/** Elements between neighbors along each axis, of a row-major tensor. */
function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
}

/** By the names that the Python implementations' checkpoints have for them. */
function attributes({ config, names, nc, stride, metadata }: Checkpoint): [string, PickleValue][] {
  const { license, version, date, trainArgs, epoch, bestFitness } = metadata;
  const all: [string, PickleValue | undefined][] = [
    ["yaml", config],
    ["names", names],
    ["nc", nc],
    ["stride", stride],
    ["license", license],
    ["version", version],
    ["date", date],
    ["train_args", trainArgs],
    ["epoch", epoch],
    ["best_fitness", bestFitness],
  ];
  return all.filter((entry): entry is [string, PickleValue] => entry[1] !== undefined);
}

import { LookonceError } from "@lookonce/errors";
import { writeWholeSync } from "@lookonce/files";
import type { Checkpoint } from "../checkpoint.ts";
import { floatToHalf } from "../half.ts";
import type { PickleValue } from "../pickle/pickle-writer.ts";
import { PickleWriter } from "../pickle/pickle-writer.ts";
import type { StoredTensor } from "../tensor.ts";
import { zipStored } from "./zip-writer.ts";

/** Options of {@link encodeStateDict}. */
export interface EncodeStateDictOptions {
  /** Write single precision tensors as half precision, rounded to the nearest (ties to even). Default `false`. */
  half?: boolean;
}

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
export function encodeStateDict(checkpoint: Checkpoint, { half = false }: EncodeStateDictOptions = {}): Uint8Array[] {
  const stored = [...checkpoint.tensors].map(([name, tensor], key) => store(name, tensor, { key, half }));
  const writer = new PickleWriter();
  writer.call("collections", "OrderedDict");
  writer.items(stored.map(({ name, write }) => [name, write] as const));
  const known = attributes(checkpoint);
  if (known.length > 0) writer.attributes(known);
  const entry = (name: string, data: Uint8Array): { name: string; data: Uint8Array } => ({
    name: `archive/${name}`,
    data,
  });
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  return zipStored([
    entry("data.pkl", writer.finish()),
    entry("byteorder", text("little")),
    ...stored.map(({ bytes }, key) => entry(`data/${key}`, bytes)),
    // The version of the archive's format, not of PyTorch.
    entry("version", text("3\n")),
  ]);
}

/**
 * Writes a `state_dict` for PyTorch, as {@link encodeStateDict} does; whole or not at all.
 *
 * @throws LookonceError as there, and `IO` when the file cannot be written
 */
export function saveStateDict(path: string, checkpoint: Checkpoint, options: EncodeStateDictOptions = {}): void {
  writeWholeSync(path, encodeStateDict(checkpoint, options));
}

interface Stored {
  name: string;
  bytes: Uint8Array;
  /** Writes the tensor into the pickle. */
  write: PickleValue;
}

function store(name: string, tensor: StoredTensor, { key, half }: { key: number; half: boolean }): Stored {
  const { shape, data } = tensor;
  if (shape.reduce((size, side) => size * side, 1) !== data.length) {
    throw new LookonceError(
      "ARGUMENT",
      `tensor "${name}" cannot be written: shape [${shape}] with ${data.length} elements`,
    );
  }
  const numbers = half && data instanceof Float32Array ? floatToHalf(data) : data;
  const kind = numbers === data ? storageOf(name, tensor) : "HalfStorage";
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const ints =
    (values: readonly number[]): PickleValue =>
    (writer) =>
      writer.tuple(...values);
  const storage: PickleValue = (writer) =>
    writer.persistent("storage", (inner) => inner.global("torch", kind), String(key), "cpu", data.length);
  const hooks: PickleValue = (writer) => writer.call("collections", "OrderedDict");
  const write: PickleValue = (writer) =>
    writer.call("torch._utils", "_rebuild_tensor_v2", storage, 0, ints(shape), ints(stridesOf(shape)), false, hooks);
  return { name, bytes, write };
}

function storageOf(name: string, { data, dtype }: StoredTensor): string {
  if (data instanceof Float32Array) return "FloatStorage";
  if (data instanceof Float64Array) return "DoubleStorage";
  if (data instanceof BigInt64Array) return "LongStorage";
  if (data instanceof Int32Array) return "IntStorage";
  if (data instanceof Int16Array) return "ShortStorage";
  if (data instanceof Int8Array) return "CharStorage";
  if (data instanceof Uint8Array) return dtype === "BOOL" ? "BoolStorage" : "ByteStorage";
  throw new LookonceError("UNSUPPORTED", `tensor "${name}" is of 16-bit whole numbers without sign: PyTorch has none.`);
}

/** Elements between neighbors along each axis, of a row-major tensor. */
function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
}

/** By the names that the Python implementations' checkpoints have for them. */
function attributes({ config, names, nc, stride, metadata }: Checkpoint): [string, PickleValue][] {
  const { license, version, date, ...rest } = metadata;
  const all: [string, PickleValue | undefined][] = [
    ["yaml", config],
    ["names", names],
    ["nc", nc],
    ["stride", stride],
    ["license", license],
    ["version", version],
    ["date", date],
    ["train_args", rest.trainArgs],
    ["epoch", rest.epoch],
    ["best_fitness", rest.bestFitness],
  ];
  return all.filter((entry): entry is [string, PickleValue] => entry[1] !== undefined);
}

import { LookonceError } from "@lookonce/errors";
import { writeWholeSync } from "@lookonce/files";
import { readBytes } from "../files.ts";
import { floatToHalf } from "../half.ts";
import type { StoredTensor, TensorData } from "../tensor.ts";
import { decodeSafetensors, type Safetensors } from "./decode.ts";

/** Options of {@link encodeSafetensors}. */
export interface EncodeOptions {
  /** Write single precision tensors as half precision, rounded to the nearest (ties to even). Default `false`. */
  half?: boolean;
}

interface Part {
  name: string;
  dtype: string;
  shape: readonly number[];
  bytes: Uint8Array;
  width: number;
}

/**
 * Writes the safetensors format. Tensors are ordered by element width, widest first, so that each begins at a multiple
 * of its width.
 *
 * @param metadata free text by key, kept in the header
 * @throws LookonceError `ARGUMENT` when a tensor's data does not have its shape's size
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
  options: EncodeOptions = {},
): Uint8Array {
  const parts = encodeParts(tensors, metadata, options);
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Reads a safetensors file; see {@link decodeSafetensors}. `IO` when the file cannot be had. */
export function readSafetensors(path: string): Safetensors {
  return decodeSafetensors(readBytes(path), path);
}

/**
 * Writes a safetensors file whole or not at all: missing folders are made.
 *
 * @throws LookonceError `ARGUMENT` as {@link encodeSafetensors}, `IO` when the file cannot be written
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  { metadata = {}, ...options }: EncodeOptions & { metadata?: Readonly<Record<string, string>> } = {},
): void {
  writeWholeSync(path, encodeParts(tensors, metadata, options));
}

function encodeParts(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>>,
  { half = false }: EncodeOptions,
): Uint8Array[] {
  const parts = [...tensors].map(([name, tensor]) => encodePart(name, tensor, half));
  parts.sort((a, b) => b.width - a.width);
  const entries: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  let offset = 0;
  for (const { name, dtype, shape, bytes } of parts) {
    entries.push([name, { dtype, shape, data_offsets: [offset, offset + bytes.length] }]);
    offset += bytes.length;
  }
  const json = JSON.stringify(Object.fromEntries(entries));
  const text = new TextEncoder().encode(json);
  const padded = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text, 8);
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - 8), true);
  return [padded, ...parts.map((part) => part.bytes)];
}

function encodePart(name: string, tensor: StoredTensor, half: boolean): Part {
  const { shape, data } = tensor;
  if (name === "__metadata__" || shape.reduce((a, b) => a * b, 1) !== data.length) {
    throw new LookonceError(
      "ARGUMENT",
      `tensor "${name}" cannot be written: shape [${shape}] with ${data.length} elements`,
    );
  }
  const stored = half && data instanceof Float32Array ? floatToHalf(data) : data;
  const dtype = stored !== data ? "F16" : (tensor.dtype ?? dtypeOf(data));
  const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  return { name, dtype, shape, bytes, width: stored.BYTES_PER_ELEMENT };
}

function dtypeOf(data: TensorData): string {
  if (data instanceof Float32Array) return "F32";
  if (data instanceof Float64Array) return "F64";
  if (data instanceof BigInt64Array) return "I64";
  if (data instanceof Int32Array) return "I32";
  if (data instanceof Int16Array) return "I16";
  if (data instanceof Int8Array) return "I8";
  return data instanceof Uint16Array ? "U16" : "U8";
}

import { concatBytes, writeWholeSync } from "@lookonce/files";
import { badTensor, tensorBytes } from "../element-types.ts";
import { readBytes } from "../files.ts";
import type { StoredTensor } from "../tensor.ts";
import { decodeSafetensors, type Safetensors } from "./decode.ts";
import { withDigests } from "./digests.ts";

/** How tensors are written. */
export interface EncodeOptions {
  /** Write single precision tensors as half precision, rounded to the nearest (ties to even). Default `false`. */
  half?: boolean;
}

/**
 * Writes the safetensors format. Tensors are ordered by element width, widest first, so that each begins at a multiple
 * of its width. The metadata gets a digest of every tensor under `crc32`, which {@link decodeSafetensors} compares.
 *
 * @param metadata free text by key, kept in the header
 * @throws LookonceError `ARGUMENT` when a tensor's data does not have its shape's size
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
  options: EncodeOptions = {},
): Uint8Array {
  return concatBytes(encodeParts(tensors, metadata, options));
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
  const parts = [...tensors].map(([name, tensor]) => {
    if (name === "__metadata__") throw badTensor(name, tensor);
    const { type, bytes } = tensorBytes(name, tensor, half);
    return { name, dtype: type.safetensors, width: type.array.BYTES_PER_ELEMENT, shape: tensor.shape, bytes };
  });
  parts.sort((a, b) => b.width - a.width);
  const entries: [string, unknown][] = [["__metadata__", withDigests(parts, metadata)]];
  let offset = 0;
  for (const { name, dtype, shape, bytes } of parts) {
    entries.push([name, { dtype, shape, data_offsets: [offset, offset + bytes.length] }]);
    offset += bytes.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text, 8);
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - 8), true);
  return [padded, ...parts.map((part) => part.bytes)];
}

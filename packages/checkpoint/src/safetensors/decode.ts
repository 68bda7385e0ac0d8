import { parseJsonValue } from "@lookonce/documents";
import { LookonceError } from "@lookonce/errors";
import { type ElementType, elementTypes, isCounts, storedTensor } from "../element-types.ts";
import type { StoredTensor } from "../tensor.ts";
import { checkDigests, type DigestedTensor } from "./digests.ts";
import { jsonLimits } from "./json-limits.ts";

/** The contents of a safetensors file. */
export interface Safetensors {
  tensors: Map<string, StoredTensor>;
  /** The file's `__metadata__`: free text by key. */
  metadata: Readonly<Record<string, string>>;
}

/**
 * Reads the safetensors format: 8 bytes of header length (little-endian), a JSON header, then raw little-endian data
 * (https://github.com/huggingface/safetensors, format section of its README).
 *
 * @param bytes the whole file
 * @param name what to call the file in errors
 * @throws LookonceError `FORMAT` when the header or an offset does not fit the file or a tensor does not match its digest,
 *   `UNSUPPORTED` for other dtypes
 */
export function decodeSafetensors(bytes: Uint8Array, name = "safetensors data"): Safetensors {
  const { header, start } = readHeader(bytes, name);
  const tensors = new Map<string, StoredTensor>();
  let metadata: Readonly<Record<string, string>> = {};
  const digested: DigestedTensor[] = [];
  let used = 0;
  for (const [key, value] of Object.entries(header)) {
    if (key === "__metadata__") {
      metadata = readMetadata(value, name);
      continue;
    }
    const what = `${name}: tensor ${JSON.stringify(key.slice(0, 200))}`;
    const { type, shape, begin, end } = checkEntry(value, bytes.length - start, what);
    // The format has no overlaps: without this a small file could claim the same bytes over and over.
    used += end - begin;
    if (used > bytes.length - start) throw new LookonceError("FORMAT", `${what} overlaps another`);
    const stored = bytes.subarray(start + begin, start + end);
    digested.push({ name: key, dtype: type.safetensors, shape, bytes: stored });
    // A copy, since typed arrays need aligned offsets and the caller may drop the file
    tensors.set(key, storedTensor(shape, new type.array(new Uint8Array(stored).buffer), type));
  }
  return { tensors, metadata: checkDigests(digested, metadata, name) };
}

function readHeader(bytes: Uint8Array, name: string): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) {
    throw new LookonceError("FORMAT", `${name}: ${bytes.length} bytes are too few for a header; it is truncated`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length < 2 || 8 + length > bytes.length) {
    throw new LookonceError(
      "FORMAT",
      `${name}: the header should have ${length} bytes, the file has ${bytes.length}; it is truncated or no safetensors file`,
    );
  }
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  const header = parseJsonValue(text, { name: `${name}: its header`, limits: jsonLimits });
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new LookonceError("FORMAT", `${name}: its header is not a JSON object`);
  }
  return { header: header as Record<string, unknown>, start: 8 + length };
}

function readMetadata(value: unknown, name: string): Record<string, string> {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [["", null]];
  if (!entries.every(([, text]) => typeof text === "string")) {
    throw new LookonceError("FORMAT", `${name}: its __metadata__ is not an object of texts`);
  }
  return value as Record<string, string>;
}

interface Entry {
  type: ElementType;
  shape: number[];
  begin: number;
  end: number;
}

function checkEntry(value: unknown, available: number, what: string): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const type = elementTypes.find(({ safetensors }) => safetensors === dtype);
  if (typeof dtype === "string" && type === undefined) {
    throw new LookonceError("UNSUPPORTED", `${what} has dtype ${dtype.slice(0, 20)}, which cannot be read`);
  }
  if (type === undefined || !isCounts(shape) || shape.length > 64 || !isCounts(offsets) || offsets.length !== 2) {
    throw new LookonceError("FORMAT", `${what} has a bad dtype, shape or data_offsets`);
  }
  const [begin = 0, end = 0] = offsets;
  const size = shape.reduce((a, b) => a * b, 1);
  if (end - begin !== size * type.array.BYTES_PER_ELEMENT || end > available) {
    throw new LookonceError(
      "FORMAT",
      `${what}: shape [${shape}] of ${dtype} does not fit bytes ${begin} to ${end} of ${available}; the file is truncated or damaged, download it again`,
    );
  }
  return { type, shape, begin, end };
}

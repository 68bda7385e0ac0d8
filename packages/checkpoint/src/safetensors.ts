import { LookonceError } from "@lookonce/errors";
import { bfloatToFloat, halfToFloat } from "./half.ts";

/** The array behind a stored tensor. Half precision and bfloat16 are widened to single precision when read. */
export type TensorData =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array
  | Uint16Array;

/** A tensor as files hold it: row-major data and a shape; `[]` is a scalar. */
export interface StoredTensor {
  shape: number[];
  data: TensorData;
}

/** The contents of a safetensors file. */
export interface Safetensors {
  tensors: Map<string, StoredTensor>;
  /** The file's `__metadata__`: free text by key. */
  metadata: Record<string, string>;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const bytesPerElement: Record<string, number> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U16: 2,
  U8: 1,
  BOOL: 1,
};

/**
 * Reads the safetensors format: 8 bytes of header length (little-endian), a JSON header, then raw little-endian data
 * (https://github.com/huggingface/safetensors, format section of its README).
 *
 * @param bytes the whole file
 * @param name what to call the file in errors
 * @throws LookonceError `FORMAT` when the header or an offset does not fit the file
 */
export function decodeSafetensors(bytes: Uint8Array, name = "safetensors data"): Safetensors {
  const { header, start } = readHeader(bytes, name);
  const tensors = new Map<string, StoredTensor>();
  let metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(header)) {
    if (key === "__metadata__") metadata = value as Record<string, string>;
    else tensors.set(key, readTensor(bytes, start, value as Entry, `${name}: tensor "${key}"`));
  }
  return { tensors, metadata };
}

function readHeader(bytes: Uint8Array, name: string): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) throw new LookonceError("FORMAT", `${name}: ${bytes.length} bytes are too few for a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length < 2 || 8 + length > bytes.length) {
    throw new LookonceError(
      "FORMAT",
      `${name}: the header says it has ${length} bytes, the file ${bytes.length}; it is truncated or no safetensors file`,
    );
  }
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    if (typeof header !== "object" || header === null || Array.isArray(header)) throw new TypeError("not an object");
    return { header: header as Record<string, unknown>, start: 8 + length };
  } catch (cause) {
    throw new LookonceError("FORMAT", `${name}: its header is not a JSON object`, { cause });
  }
}

function readTensor(bytes: Uint8Array, start: number, entry: Entry, what: string): StoredTensor {
  const width = bytesPerElement[entry?.dtype];
  if (width === undefined)
    throw new LookonceError("FORMAT", `${what} has unknown dtype ${JSON.stringify(entry?.dtype)}`);
  const [begin, end] = entry.data_offsets ?? [];
  const size = (entry.shape ?? []).reduce((a, b) => a * b, 1);
  const fits = begin >= 0 && end - begin === size * width && start + end <= bytes.length;
  if (!fits) {
    throw new LookonceError(
      "FORMAT",
      `${what}: shape [${entry.shape}] of ${entry.dtype} does not fit bytes ${begin} to ${end} of ${bytes.length - start}`,
    );
  }
  // A copy, since typed arrays need aligned offsets and the caller may drop the file; a Buffer's own slice() is no copy.
  const raw = Uint8Array.prototype.slice.call(bytes, start + begin, start + end).buffer;
  return { shape: [...entry.shape], data: view(entry.dtype, raw) };
}

function view(dtype: string, raw: ArrayBuffer): TensorData {
  switch (dtype) {
    case "F64":
      return new Float64Array(raw);
    case "F32":
      return new Float32Array(raw);
    case "F16":
      return halfToFloat(new Uint16Array(raw));
    case "BF16":
      return bfloatToFloat(new Uint16Array(raw));
    case "I64":
      return new BigInt64Array(raw);
    case "I32":
      return new Int32Array(raw);
    case "I16":
      return new Int16Array(raw);
    case "I8":
      return new Int8Array(raw);
    case "U16":
      return new Uint16Array(raw);
    default:
      return new Uint8Array(raw);
  }
}

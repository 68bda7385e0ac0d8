import { halfToFloat } from "@lookonce/checkpoint";
import { LookonceError } from "@lookonce/errors";
import type { GraphConstant } from "./graph.ts";

/** How a quantized weight is stored: `value = stored · scale + min`, or half precision. */
export interface WeightQuantization {
  /** `float16`, `uint8` or `uint16` */
  dtype: string;
  min?: number | undefined;
  scale?: number | undefined;
}

/** A weight of a TensorFlow.js manifest; values are stored in the order of the entries. */
export interface WeightEntry {
  name: string;
  shape: number[];
  /** `float32`, `int32` or `bool` */
  dtype: string;
  quantization?: WeightQuantization | undefined;
}

/** Bytes of a value as it is, and of a quantized one. */
const widths: ReadonlyMap<string, number> = new Map([
  ["float32", 4],
  ["int32", 4],
  ["bool", 1],
]);
const quantizedWidths: ReadonlyMap<string, number> = new Map([
  ["uint8", 1],
  ["uint16", 2],
  ["float16", 2],
]);

/** Decodes the weights of a TensorFlow.js manifest from the bytes of its files; quantized ones are dequantized. */
export function decodeWeights(
  bytes: Uint8Array,
  entries: readonly WeightEntry[],
  path: string,
): Map<string, GraphConstant> {
  const weights = new Map<string, GraphConstant>();
  let offset = 0;
  for (const entry of entries) {
    const stored = entry.quantization?.dtype ?? entry.dtype;
    const width = (entry.quantization === undefined ? widths : quantizedWidths).get(stored);
    if (width === undefined || !widths.has(entry.dtype)) {
      const problem = `weight "${entry.name}" has the type ${entry.dtype}, stored as ${stored}, which is not supported`;
      throw new LookonceError("UNSUPPORTED", `${path}: ${problem}`);
    }
    const end = offset + width * entry.shape.reduce((size, side) => size * side, 1);
    if (!(end <= bytes.length)) {
      throw new LookonceError(
        "FORMAT",
        `${path}: its files of weights have ${bytes.length} bytes, and weight "${entry.name}" ends at ${end}; one is truncated`,
      );
    }
    // A copy: typed arrays start at multiples of their width
    weights.set(entry.name, decodeWeight(Uint8Array.prototype.slice.call(bytes, offset, end), entry, stored));
    offset = end;
  }
  return weights;
}

function decodeWeight(bytes: Uint8Array, { shape, dtype, quantization }: WeightEntry, stored: string): GraphConstant {
  const { buffer } = bytes;
  if (quantization === undefined) {
    if (dtype === "int32") return { dtype, shape, data: new Int32Array(buffer) };
    if (dtype === "bool") return { dtype, shape, data: bytes };
    return { dtype: "float32", shape, data: new Float32Array(buffer) };
  }
  const { min = 0, scale = 1 } = quantization;
  const widened =
    stored === "float16"
      ? halfToFloat(new Uint16Array(buffer))
      : Float32Array.from(stored === "uint8" ? bytes : new Uint16Array(buffer), (value) => value * scale + min);
  if (dtype === "int32") return { dtype, shape, data: Int32Array.from(widened, Math.round) };
  return { dtype: "float32", shape, data: widened };
}

import { halfToFloat } from "@lookonce/checkpoint";
import { LookonceError } from "@lookonce/errors";
import type { GraphConstant } from "./graph.ts";

/** How a quantized weight is stored: `value = stored · scale + min`, or half precision. */
export interface WeightQuantization {
  dtype: "float16" | "uint8" | "uint16";
  min?: number;
  scale?: number;
}

/** A weight of a TensorFlow.js manifest; values are stored in the order of the entries. */
export interface WeightEntry {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: WeightQuantization;
}

const widths = new Map(Object.entries({ float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 }));

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
    const width = widths.get(stored);
    if (width === undefined) {
      const problem = `weight "${entry.name}" has the type ${stored}, which is not supported`;
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

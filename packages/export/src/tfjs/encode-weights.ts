import { floatToHalf } from "@lookonce/checkpoint";
import { concatBytes } from "@lookonce/files";
import type { GraphConstant, OperationGraph, WeightEntry } from "@lookonce/graph-model";
import type { WeightPrecision } from "../agreement.ts";

/** Steps from the smallest to the largest number in 8 bits; an even number, so that zero is one of them. */
const steps = 254;

/**
 * The constants of a graph as the manifest of a `model.json` lists them, and the files of their bytes. Those that are
 * filters have the precision that is asked for; everything else, such as biases and the places of anchors, stays as it is.
 * In 8 bits filters must lie from −1 to 1.
 */
export function encodeWeights(
  graph: OperationGraph,
  { precision, filters }: { precision: WeightPrecision; filters: ReadonlySet<string> },
): { entries: WeightEntry[]; files: Map<string, Uint8Array> } {
  const entries: WeightEntry[] = [];
  const parts: Uint8Array[] = [];
  for (const { name, op } of graph.nodes) {
    if (op !== "Const") continue;
    const constant = graph.constants.get(name) as GraphConstant;
    const { data, ...rest } = encode(constant, filters.has(name) ? precision : "float32");
    entries.push({ name, shape: [...constant.shape], ...rest });
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return { entries, files: shards(parts) };
}

type Encoded = Pick<WeightEntry, "dtype" | "quantization"> & { data: GraphConstant["data"] | Uint16Array };

function encode({ dtype, data }: GraphConstant, precision: WeightPrecision): Encoded {
  if (!(data instanceof Float32Array) || precision === "float32") return { dtype, data };
  if (precision === "float16") return { dtype, data: floatToHalf(data), quantization: { dtype: "float16" } };
  const scale = 2 / steps;
  const bytes = Uint8Array.from(data, (value) => Math.round((value + 1) / scale));
  return { dtype, data: bytes, quantization: { dtype: "uint8", min: -1, scale } };
}

/** Largest size of a file of weights, as TensorFlow's converter makes them: 4 MiB, which browsers cache. */
const shardSize = 4 * 1024 * 1024;

/** The bytes of all weights in files of a size, with TensorFlow's names of such files. */
function shards(parts: readonly Uint8Array[]): Map<string, Uint8Array> {
  const all = concatBytes(parts);
  const count = Math.max(1, Math.ceil(all.length / shardSize));
  return new Map(
    Array.from({ length: count }, (_, i) => [
      `group1-shard${i + 1}of${count}.bin`,
      all.subarray(i * shardSize, (i + 1) * shardSize),
    ]),
  );
}

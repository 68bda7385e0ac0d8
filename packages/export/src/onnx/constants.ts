import type { GraphBuilder } from "@lookonce/onnx";

/** Adds whole numbers as a constant of one dimension, as shapes and axes are given. */
export function int64s(graph: GraphBuilder, values: readonly number[]): string {
  return graph.initializer({ type: "int64", shape: [values.length], data: BigInt64Array.from(values, BigInt) });
}

/** Adds one whole number as a constant without dimensions. */
export function int64(graph: GraphBuilder, value: number): string {
  return graph.initializer({ type: "int64", shape: [], data: BigInt64Array.of(BigInt(value)) });
}

/** Adds a constant of single precision; one number without dimensions where no shape is given. */
export function float32(graph: GraphBuilder, values: ArrayLike<number>, shape: readonly number[] = []): string {
  return graph.initializer({ type: "float32", shape, data: Float32Array.from(values) });
}

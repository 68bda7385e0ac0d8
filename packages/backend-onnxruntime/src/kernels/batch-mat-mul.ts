import { int } from "@lookonce/onnx";
import { type BatchMatMulAttrs, broadcast_util, util } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import type { Signature, Value } from "../graph/value.ts";

/** Attributes that say which operand is transposed. */
type Transposes = Pick<BatchMatMulAttrs, "transposeA" | "transposeB">;

/** The shape of a matrix product whose leading axes broadcast. */
export function productShape(a: Signature, b: Signature, { transposeA, transposeB }: Transposes): number[] {
  const [innerA, innerB] = [a.shape.at(transposeA ? -2 : -1), b.shape.at(transposeB ? -1 : -2)];
  util.assert(
    a.shape.length >= 2 && b.shape.length >= 2 && innerA === innerB,
    () => `Error in matMul: the inner dimensions of [${a.shape}] and [${b.shape}] (${innerA}, ${innerB}) must match.`,
  );
  const rows = a.shape.at(transposeA ? -1 : -2)!;
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  const batch = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [...batch, rows, columns];
}

/** Writes a matrix product. */
export function product(to: Lowering, a: Value, b: Value, transposes: Transposes): string {
  const rank = { a: a.shape.length, b: b.shape.length };
  if (a.dtype !== "float32") return multiply(to, { a: matrix(to, a), b: matrix(to, b) }, { ...transposes, rank });
  const names = { a: to.half(to.get(a)), b: to.half(to.get(b)) };
  return to.single(multiply(to, names, { ...transposes, rank, isFloat: true }));
}

/** In this process ONNX Runtime's own operator reads a transposed operand in place. */
function multiply(
  to: Lowering,
  { a, b }: Record<"a" | "b", string>,
  {
    transposeA,
    transposeB,
    rank,
    isFloat = false,
  }: Transposes & { rank: Record<"a" | "b", number>; isFloat?: boolean },
): string {
  if (!transposeA && !transposeB) return to.node("MatMul", [a, b]);
  if (to.target === "onnxruntime" && isFloat) {
    return to.microsoft("FusedMatMul", [a, b], { transA: int(transposeA ? 1 : 0), transB: int(transposeB ? 1 : 0) });
  }
  const swap = (name: string, rank: number): string =>
    to.transpose(name, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]);
  return to.node("MatMul", [transposeA ? swap(a, rank.a) : a, transposeB ? swap(b, rank.b) : b]);
}

/** ONNX multiplies matrices of numbers only. */
function matrix(to: Lowering, value: Value): string {
  return value.dtype === "bool" ? to.cast(to.get(value), "int32") : to.get(value);
}

export const batchMatMul: Kernel = kernel<BatchMatMulAttrs>({
  inputs: ["a", "b"],
  infer: ([a, b], attrs) => ({ shape: productShape(a!, b!, attrs), dtype: a!.dtype }),
  lower(to, { inputs, attrs, output }) {
    const name = product(to, inputs[0]!, inputs[1]!, attrs);
    to.set(output, output.dtype === "bool" ? to.cast(name, "bool") : name);
  },
});

import { int, str } from "@lookonce/onnx";
import { type BatchMatMulAttrs, backend_util, broadcast_util, type Tensor, util } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import type { Signature } from "../graph/signature.ts";
import { dimOf, type Value } from "../graph/value.ts";
import { activate } from "./activation.ts";

export const matMulKernels: Kernels<"BatchMatMul" | "Einsum" | "_FusedMatMul"> = {
  BatchMatMul: {
    infer: ({ a, b }, attrs) => ({ shape: productShape(a, b, attrs), dtype: a.dtype }),
    lower(to, { inputs: { a, b }, attrs, output }) {
      const name = matMul(to, [a, b], attrs);
      to.set(output, output.dtype === "bool" ? to.cast(name, "bool") : name);
    },
  },
  Einsum: {
    infer(inputs, { equation }) {
      const { allDims, summedDims, idDims } = backend_util.decodeEinsumEquation(equation, inputs.length);
      // It reads nothing but shapes.
      backend_util.checkEinsumDimSizes(allDims.length, idDims, inputs as Tensor[]);
      const sizes = new Map<number, number>();
      for (const [i, { shape }] of inputs.entries()) {
        for (const [axis, dim] of (idDims[i] ?? []).entries()) sizes.set(dim, dimOf({ shape }, axis));
      }
      const kept = allDims.map((_, dim) => dim).filter((dim) => !summedDims.includes(dim));
      return { shape: kept.map((dim) => sizes.get(dim) ?? 1), dtype: inputs[0]?.dtype ?? "float32" };
    },
    lower(to, { inputs, attrs, output }) {
      const names = inputs.map((value) => to.get(value));
      to.set(output, to.node("Einsum", names, { equation: str(attrs.equation) }));
    },
  },
  _FusedMatMul: {
    infer: ({ a, b }, attrs) => ({ shape: productShape(a, b, attrs), dtype: "float32" }),
    lower(to, { inputs: { a, b, bias, preluActivationWeights: slope }, attrs, output }) {
      let y = matMul(to, [a, b], attrs);
      if (bias !== undefined) y = to.node("Add", [y, to.get(bias)]);
      to.set(output, activate(to, y, { ...attrs, slope: slope && to.get(slope) }));
    },
  },
};

/** Which operand is transposed. */
type Transposes = Pick<BatchMatMulAttrs, "transposeA" | "transposeB">;

/** The shape of a matmul whose leading axes broadcast. */
function productShape(a: Signature, b: Signature, { transposeA, transposeB }: Transposes): number[] {
  const [innerA, innerB] = [a.shape.at(transposeA ? -2 : -1), b.shape.at(transposeB ? -1 : -2)];
  util.assert(
    a.shape.length >= 2 && b.shape.length >= 2 && innerA === innerB,
    () => `Error in matMul: the inner dimensions of [${a.shape}] and [${b.shape}] (${innerA}, ${innerB}) must match.`,
  );
  const batch = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [...batch, dimOf(a, transposeA ? -1 : -2), dimOf(b, transposeB ? -2 : -1)];
}

/** Writes a matmul. In this process ONNX Runtime's own operator reads a transposed operand in place. */
function matMul(to: Lowering, [a, b]: readonly [Value, Value], { transposeA, transposeB }: Transposes): string {
  const isFloat = a.dtype === "float32";
  const name = (value: Value): string => {
    if (isFloat) return to.half(to.get(value));
    // ONNX multiplies matrices of numbers only.
    return value.dtype === "bool" ? to.cast(to.get(value), "int32") : to.get(value);
  };
  const names = [name(a), name(b)] as const;
  const swap = (name: string, rank: number): string =>
    to.transpose(name, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]);
  if ((transposeA || transposeB) && isFloat && to.target === "onnxruntime") {
    const transposes = { transA: int(transposeA ? 1 : 0), transB: int(transposeB ? 1 : 0) };
    return to.single(to.microsoft("FusedMatMul", names, transposes));
  }
  const left = transposeA ? swap(names[0], a.shape.length) : names[0];
  const product = to.node("MatMul", [left, transposeB ? swap(names[1], b.shape.length) : names[1]]);
  return isFloat ? to.single(product) : product;
}

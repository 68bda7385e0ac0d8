import type { DataType } from "@tensorflow/tfjs-core";
import type { Lowering } from "../graph/lowering.ts";

/** Writes a choice between two tensors. ONNX Runtime has no `Where` of booleans: bytes are chosen in their place. */
export function choose(
  to: Lowering,
  dtype: DataType,
  { condition, yes, no }: { condition: string; yes: string; no: string },
): string {
  if (dtype !== "bool") return to.node("Where", [condition, yes, no]);
  return to.cast(to.node("Where", [condition, to.cast(yes, "uint8"), to.cast(no, "uint8")]), "bool");
}

import { str } from "@lookonce/onnx";
import { backend_util, type EinsumAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const einsum: Kernel = kernel<EinsumAttrs>({
  inputs: "list",
  infer(inputs, { equation }) {
    const { allDims, summedDims, idDims } = backend_util.decodeEinsumEquation(equation, inputs.length);
    backend_util.checkEinsumDimSizes(allDims.length, idDims, inputs as never);
    const sizes = new Map<number, number>();
    idDims.forEach((dims, i) => {
      for (const [axis, dim] of dims.entries()) sizes.set(dim, inputs[i]!.shape[axis]!);
    });
    const kept = allDims.map((_, dim) => dim).filter((dim) => !summedDims.includes(dim));
    return { shape: kept.map((dim) => sizes.get(dim)!), dtype: inputs[0]!.dtype };
  },
  lower: (to, { inputs, attrs, output }) =>
    to.set(
      output,
      to.node(
        "Einsum",
        inputs.map((value) => to.get(value)),
        { equation: str(attrs.equation) },
      ),
    ),
});

import { int } from "@lookonce/onnx";
import { backend_util, gather_util } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import { axisOf, dimOf, sizeOf } from "../graph/value.ts";

export const gatherKernels: Kernels<"GatherNd" | "GatherV2"> = {
  /** Slices of `params` at the positions in the last axis of `indices`. */
  GatherNd: {
    infer: ({ params, indices }) => ({
      shape: gather_util.prepareAndValidate(params, indices)[0],
      dtype: params.dtype,
    }),
    lower: (to, { inputs: { params, indices }, output }) =>
      to.set(output, to.node("GatherND", [to.get(params), to.cast(to.get(indices), "int64")])),
  },
  /** Rows of `x` along an axis; with `batchDims`, each batch gathers from its own part. */
  GatherV2: {
    infer({ x, indices }, attrs) {
      const axis = axisOf(attrs.axis, x.shape);
      const batch = attrs.batchDims < 0 ? attrs.batchDims + indices.shape.length : attrs.batchDims;
      const info = backend_util.segment_util.collectGatherOpShapeInfo(x, indices, axis, batch);
      return { shape: info.outputShape, dtype: x.dtype };
    },
    lower(to, { inputs: { x, indices }, attrs, output }) {
      const axis = axisOf(attrs.axis, x.shape);
      const batch = attrs.batchDims < 0 ? attrs.batchDims + indices.shape.length : attrs.batchDims;
      if (batch === 0) return to.set(output, to.node("Gather", [to.get(x), to.get(indices)], { axis: int(axis) }));
      // Without a batched gather in ONNX: number the rows of all batches through, and gather from one long list.
      const batches = sizeOf(x.shape.slice(0, batch));
      const before = sizeOf(x.shape.slice(batch, axis));
      const rows = dimOf(x, axis);
      const picks = sizeOf(indices.shape.slice(batch));
      const list = to.reshape(to.get(x), [batches * before * rows, ...x.shape.slice(axis + 1)]);
      const offsets = Int32Array.from({ length: batches * before }, (_, i) => i * rows);
      const local = to.reshape(to.get(indices), [batches, 1, picks]);
      const global = to.node("Add", [local, to.constant("int32", offsets, [batches, before, 1])]);
      to.set(output, to.reshape(to.node("Gather", [list, global], { axis: int(0) }), output.shape));
    },
  },
};

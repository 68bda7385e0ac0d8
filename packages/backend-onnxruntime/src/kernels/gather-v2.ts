import { int } from "@lookonce/onnx";
import { backend_util, type GatherV2Attrs, util } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";
import { sizeOf } from "../graph/value.ts";

/** Rows of `x` along an axis; with `batchDims`, each batch gathers from its own part. */
export const gatherV2: Kernel = kernel<GatherV2Attrs>({
  inputs: ["x", "indices"],
  infer([x, indices], { axis, batchDims }) {
    const [at] = util.parseAxisParam(axis, x!.shape as number[]);
    const batch = batchDims < 0 ? batchDims + indices!.shape.length : batchDims;
    const info = backend_util.segment_util.collectGatherOpShapeInfo(x as never, indices as never, at!, batch);
    return { shape: info.outputShape, dtype: x!.dtype };
  },
  lower(to, { inputs, attrs, output }) {
    const [x, indices] = inputs;
    const [axis] = util.parseAxisParam(attrs.axis, x!.shape as number[]);
    const batch = attrs.batchDims < 0 ? attrs.batchDims + indices!.shape.length : attrs.batchDims;
    if (batch === 0) {
      to.set(output, to.node("Gather", [to.get(x!), to.get(indices!)], { axis: int(axis!) }));
      return;
    }
    // Without a batched gather in ONNX: number the rows of all batches through, and gather from one long list.
    const shape = x!.shape;
    const batches = sizeOf(shape.slice(0, batch));
    const before = sizeOf(shape.slice(batch, axis!));
    const rows = shape[axis!]!;
    const after = shape.slice(axis! + 1);
    const picks = sizeOf(indices!.shape.slice(batch));
    const list = to.reshape(to.get(x!), [batches * before * rows, ...after]);
    const offsets = Int32Array.from({ length: batches * before }, (_, i) => i * rows);
    const local = to.reshape(to.get(indices!), [batches, 1, picks]);
    const global = to.node("Add", [local, to.constant("int32", offsets, [batches, before, 1])]);
    to.set(output, to.reshape(to.node("Gather", [list, global], { axis: int(0) }), output.shape));
  },
});

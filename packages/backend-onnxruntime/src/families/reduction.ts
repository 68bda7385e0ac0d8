import { int } from "@lookonce/onnx";
import { backend_util, type DataType, util } from "@tensorflow/tfjs-core";
import { type Call, type Kernel, kernel } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";

/** Attributes of tfjs's reductions. */
export interface ReductionAttrs {
  axis?: number | number[];
  /** What `Max` alone calls its axes. */
  reductionIndices?: number | number[];
  keepDims: boolean;
}

function axesOf({ axis, reductionIndices }: ReductionAttrs, shape: readonly number[]): number[] {
  return util.parseAxisParam((axis ?? reductionIndices) as number | number[], shape as number[]);
}

const channelsFirstAxis = [0, 2, 3, 1];

/** Options of {@link reduction}. */
export interface ReductionOptions {
  /** The output's type, when it is not the input's. */
  result?: DataType;
  /** Written before and after the reduction, such as a cast. */
  before?: (to: Lowering, x: string, dtype: DataType) => string;
  after?: (to: Lowering, x: string) => string;
}

/** A kernel that reduces `x` over axes by one ONNX operator. */
export function reduction(operator: string, options: ReductionOptions = {}): Kernel {
  return kernel<ReductionAttrs>({
    inputs: ["x"],
    infer([x], attrs) {
      const { keepDims } = attrs;
      const axes = axesOf(attrs, x!.shape);
      const [kept] = backend_util.computeOutAndReduceShapes(x!.shape as number[], axes);
      const shape = keepDims ? backend_util.expandShapeToKeepDim(kept, axes) : kept;
      return { shape, dtype: options.result ?? x!.dtype };
    },
    lower(to, call) {
      reduce(to, call, (x, axes, keepDims) => {
        const prepared = options.before?.(to, x, call.inputs[0]!.dtype) ?? x;
        const reduced =
          axes.length === 0
            ? prepared
            : to.node(operator, [prepared, to.int64s(axes)], { keepdims: int(keepDims ? 1 : 0) });
        return options.after?.(to, reduced) ?? reduced;
      });
    },
  });
}

/** Writes a reduction in the layout in which its input is at hand, where the kept axes stay in order. */
function reduce(
  to: Lowering,
  { inputs, attrs, output }: Call<ReductionAttrs>,
  make: (x: string, axes: readonly number[], keepDims: boolean) => string,
): void {
  const x = inputs[0]!;
  const axes = axesOf(attrs, x.shape);
  const keepsOrder = attrs.keepDims || axes.includes(3) || (axes.includes(1) && axes.includes(2));
  if (x.shape.length === 4 && to.isChannelsFirst(x) && keepsOrder) {
    const name = make(
      to.getChannelsFirst(x),
      axes.map((axis) => channelsFirstAxis[axis]!),
      attrs.keepDims,
    );
    if (attrs.keepDims) to.setChannelsFirst(output, name);
    else to.set(output, name);
  } else {
    to.set(output, make(to.get(x), axes, attrs.keepDims));
  }
}

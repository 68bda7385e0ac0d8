import { int } from "@lookonce/onnx";
import { backend_util, type ConcatAttrs, util } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";
import { sizeOf } from "../graph/value.ts";

const channelsFirstAxis = [0, 2, 3, 1];

export const concat: Kernel = kernel<ConcatAttrs>({
  inputs: "list",
  infer(inputs, { axis }) {
    const [at] = util.parseAxisParam(axis, inputs[0]!.shape as number[]);
    const shapes = inputs.map(({ shape }) => shape as number[]);
    backend_util.assertParamsConsistent(shapes, at!);
    return { shape: backend_util.computeOutShape(shapes, at!), dtype: inputs[0]!.dtype };
  },
  lower(to, { inputs, attrs, output }) {
    const [axis] = util.parseAxisParam(attrs.axis, output.shape as number[]);
    const parts = inputs.filter(({ shape }) => sizeOf(shape) > 0);
    if (output.shape.length === 4 && parts.some((value) => to.isChannelsFirst(value))) {
      const names = parts.map((value) => to.getChannelsFirst(value));
      to.setChannelsFirst(output, to.node("Concat", names, { axis: int(channelsFirstAxis[axis!]!) }));
    } else {
      to.set(
        output,
        to.node(
          "Concat",
          parts.map((value) => to.get(value)),
          { axis: int(axis!) },
        ),
      );
    }
  },
});

import { choose } from "../families/choice.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";
import { sizeOf } from "../graph/value.ts";

/** A tensor of twice the rank with `x` on its diagonal and zeros elsewhere. */
export const diag: Kernel = kernel({
  inputs: ["x"],
  infer: ([x]) => ({ shape: [...x!.shape, ...x!.shape], dtype: x!.dtype }),
  lower(to, { inputs, output }) {
    const size = sizeOf(inputs[0]!.shape);
    const numbers = Int32Array.from({ length: size }, (_, i) => i);
    const isDiagonal = to.node("Equal", [
      to.constant("int32", numbers, [size, 1]),
      to.constant("int32", numbers, [1, size]),
    ]);
    const row = to.reshape(to.get(inputs[0]!), [1, size]);
    to.set(
      output,
      to.reshape(
        choose(to, output.dtype, { condition: isDiagonal, yes: row, no: to.scalar(0, output.dtype) }),
        output.shape,
      ),
    );
  },
});

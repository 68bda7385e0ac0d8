import { choose } from "../families/choice.ts";
import { elementwise } from "../families/elementwise.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** Takes from `t` where the condition holds, else from `e`; a condition of rank 1 chooses whole rows. */
export const select: Kernel = kernel({
  inputs: ["condition", "t", "e"],
  infer: ([, t]) => ({ shape: t!.shape, dtype: t!.dtype }),
  lower(to, call) {
    const [condition, t, e] = call.inputs;
    const rank = t!.shape.length;
    if (condition!.shape.length === 1 && rank > 1) {
      const rows = to.reshape(to.get(condition!), [t!.shape[0]!, ...new Array<number>(rank - 1).fill(1)]);
      to.set(call.output, choose(to, call.output.dtype, { condition: rows, yes: to.get(t!), no: to.get(e!) }));
    } else {
      elementwise(to, call, ([condition, yes, no]) =>
        choose(to, call.output.dtype, { condition: condition!, yes: yes!, no: no! }),
      );
    }
  },
});

import { elementwise } from "../families/elementwise.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const addN: Kernel = kernel({
  inputs: "list",
  infer: ([first]) => ({ shape: first!.shape, dtype: first!.dtype }),
  lower: (to, call) =>
    elementwise(to, call, (names) =>
      // ONNX's `Sum` is for floating-point numbers only, and WebGPU's provider leaves it to the processor.
      call.output.dtype === "float32" && to.target !== "webgpu"
        ? to.node("Sum", names)
        : names.reduce((sum, name) => to.node("Add", [sum, name])),
    ),
});

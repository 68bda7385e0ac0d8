import { browserLibrary, library } from "../../tsdown.base.ts";

/** `engine` is for programs that run graphs and need no TensorFlow.js. */
const entry = { index: "src/index.ts", engine: "src/engine/index.ts" };

export default [
  library({
    // Which package ONNX Runtime is, for programs that do not load it
    entry: { ...entry, "runtime-file": "src/engine/node/runtime-file.ts" },
    // tfjs-core's gradients are ES modules that Node cannot load by themselves: docs/decisions/0005. Bundlers can.
    deps: { alwaysBundle: [/^@tensorflow\/tfjs-core\/dist\/register_all_gradients\.js$/] },
  }),
  browserLibrary({ entry }),
];

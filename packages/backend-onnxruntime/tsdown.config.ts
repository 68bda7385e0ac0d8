import { browserLibrary, library } from "../../tsdown.base.ts";

export default [
  library({
    // tfjs-core's gradients are ES modules that Node cannot load by themselves: docs/decisions/0005. Bundlers can.
    deps: { alwaysBundle: [/^@tensorflow\/tfjs-core\/dist\/register_all_gradients\.js$/] },
  }),
  browserLibrary(),
];

export { devices } from "./devices.ts";
export { probe } from "./probe.ts";
export { loadTensorFlow } from "./tensorflow-kernels.ts";

export { OnnxRuntimeBackend, type OnnxRuntimeBackendOptions } from "./backend.ts";
export type { SessionStatistics } from "./graph/session-cache.ts";
export { lowerings } from "./kernels/index.ts";
export { backendName, currentBackend, flush, type RegisterOptions, registerOnnxRuntime } from "./register.ts";
export { type TraceInput, type TraceOptions, trace } from "./trace.ts";

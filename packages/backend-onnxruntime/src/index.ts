export { type AllReduceOptions, allReduce } from "./all-reduce.ts";
export { OnnxRuntimeBackend } from "./backend.ts";
export type { Engine, RuntimeOptions } from "./engine/engine.ts";
export type { OnnxRuntimeBackendOptions, SessionStatistics } from "./graph/session-cache.ts";
export type { HostData } from "./graph/signature.ts";
export { kernels } from "./kernels/index.ts";
export type { RecordedCall } from "./recorded-call.ts";
export {
  RecordedStep,
  type RecordedStepOptions,
  type StepInput,
  type StepInputs,
  type StepOutputs,
} from "./recorded-step.ts";
export {
  backendName,
  currentBackend,
  flush,
  onTracingBackend,
  type RegisterOptions,
  registerOnnxRuntime,
} from "./register.ts";
export type { SumOverRanks } from "./sums-over-ranks.ts";
export {
  enterScope,
  inSinglePrecision,
  type RecordOptions,
  recordCalls,
  type TracedFunction,
  type TraceInput,
  type TraceOptions,
  trace,
} from "./trace.ts";

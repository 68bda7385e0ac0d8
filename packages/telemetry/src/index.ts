export { type MetricsServer, type MetricsServerOptions, serveMetrics } from "./metrics-server.ts";
export {
  isTracingRequested,
  loadTracing,
  type Span,
  type SpanOptions,
  startTracing,
  type TraceContext,
  type Tracing,
  untraced,
} from "./tracing.ts";
export { type TrainingMetrics, type TrainingMetricsOptions, trainingMetrics } from "./training-metrics.ts";
export { WorkerMetrics } from "./worker-metrics.ts";

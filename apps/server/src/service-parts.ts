import type { Tracing } from "@lookonce/telemetry";
import type { Metrics } from "./metrics/metrics.ts";
import type { ModelRegistry } from "./models/model-registry.ts";
import type { InferencePool } from "./pool/inference-pool.ts";
import type { FullSettings } from "./settings.ts";

/** What a service is made of. */
export interface ServiceParts {
  settings: FullSettings;
  pool: InferencePool;
  models: ModelRegistry;
  metrics: Metrics;
  tracing: Tracing;
}

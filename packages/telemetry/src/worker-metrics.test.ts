import { expect, it } from "vitest";
import { WorkerMetrics } from "./index.ts";

it("counts a worker's jobs and times them", async () => {
  const metrics = new WorkerMetrics(() => 2);
  metrics.count({ kind: "predict", state: "completed", seconds: 3 });
  metrics.count({ kind: "predict", state: "failed", seconds: 1 });
  const text = await metrics.registry.metrics();
  for (const line of [
    "lookonce_worker_active_jobs 2",
    'lookonce_worker_jobs_total{kind="predict",state="completed"} 1',
    'lookonce_worker_jobs_total{kind="predict",state="failed"} 1',
    'lookonce_worker_job_seconds_sum{kind="predict"} 4',
    'lookonce_worker_job_seconds_bucket{le="2.5",kind="predict"} 1',
  ]) {
    expect(text).toContain(line);
  }
  expect(text).toContain("process_resident_memory_bytes");
});

import { setImmediate as turn } from "node:timers/promises";
import type { JobContext } from "./job-context.ts";
import type { BatchReport } from "./messages.ts";

/** Shortest time between two reports. */
const intervalMs = 250;

/** Returns a function that reports batches: the last one of an epoch, and others where none was reported a moment ago. */
export function batchReporter(send: JobContext["send"]): (report: BatchReport) => Promise<void> {
  let next = Number.NEGATIVE_INFINITY;
  return async (report) => {
    const now = performance.now();
    if (report.batch === report.batches || now >= next) {
      next = now + intervalMs;
      send({ type: "batch", report });
    }
    // Lets the process notice that its service wants it to stop, or is gone.
    await turn();
  };
}

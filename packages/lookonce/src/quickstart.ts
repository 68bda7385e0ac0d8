import type { QuickstartOptions, QuickstartResult } from "./quickstart/run-quickstart.ts";

export type { QuickstartOptions, QuickstartResult } from "./quickstart/run-quickstart.ts";

/**
 * The whole way of a detector in a few minutes and without a download: draws a data set of shapes, trains a small model on
 * it, validates, finds shapes in an unseen image, exports, runs the exported file, and leaves images and a report.
 */
export async function quickstart(options: QuickstartOptions = {}): Promise<QuickstartResult> {
  const { runQuickstart } = await import("./quickstart/run-quickstart.ts");
  return runQuickstart(options);
}

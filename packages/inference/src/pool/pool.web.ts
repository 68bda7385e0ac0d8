import type { ResolvedDetectOptions } from "../detect.ts";
import type { Detector } from "../detector/detector.ts";
import type { SourceItem } from "../sources/source.ts";
import type { BatchDetector } from "./detect-in-threads.ts";
import type { ThreadResult } from "./detection-tasks.ts";
import type { DetectionThreads as NodeThreads } from "./detection-threads.ts";

export type { BatchDetector };

/** Images that may be pending while the network runs. */
const ahead = 2;

/** In browsers the network itself has threads, and a copy of it for each of several workers would not fit into memory. */
export class DetectionThreads implements Pick<NodeThreads, "ahead" | "detect" | "dispose" | "expect"> {
  readonly ahead: number = ahead;

  expect(_count: number | undefined): void {}

  async detect(_items: readonly SourceItem[], _options: ResolvedDetectOptions): Promise<ThreadResult[] | undefined> {
    return undefined;
  }

  async dispose(): Promise<void> {}
}

/** Returns the detector itself: see {@link DetectionThreads}. */
export async function detectInThreads(detector: Detector): Promise<BatchDetector> {
  return detector;
}

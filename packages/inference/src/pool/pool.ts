export { type BatchDetector, detectInThreads } from "./detect-in-threads.ts";
export { DetectionThreads } from "./detection-threads.ts";

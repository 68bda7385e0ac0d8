// The service's answers are typed by the service.
import type { FoundImage } from "../../../src/pool/inference-tasks.ts";

/** A tracked frame. */
export type { LayerSummary, ModelInfo, PlainTracks as TrackedImage } from "@lookonce/yolo";
export type { JobView as Job } from "../../../src/jobs/routes/job-view.ts";
export type { QueueAnswer } from "../../../src/jobs/routes/queue-routes.ts";
export type { BatchReport, LogLine } from "../../../src/jobs/worker/messages.ts";
export type { ListedModel as Model, ModelList } from "../../../src/models/model-registry.ts";
export type { PredictAnswer } from "../../../src/routes/predict-route.ts";
export type { Run, RunSummary } from "../../../src/run-folders/run-files.ts";
export type { FramesAnswer, SessionView as Session } from "../../../src/track/track-session.ts";
export type { FoundImage };

export type FoundBox = FoundImage["boxes"][number];

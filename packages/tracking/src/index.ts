export { colorFeatureLength, colorFeatures } from "./appearance/color-features.ts";
export { assign } from "./assign.ts";
export { KalmanFilter, type KalmanKind, type KalmanState, warpState } from "./kalman-filter.ts";
export { MotMetrics, type MotScores } from "./mot/mot-metrics.ts";
export { type MotRows, parseMot } from "./mot/mot-rows.ts";
export { estimateMotion } from "./motion/estimate-motion.ts";
export { type GrayFrame, grayFrame, type RgbFrame } from "./motion/gray-frame.ts";
export {
  type SequenceFrame,
  SequenceTracker,
  type SequenceTrackerOptions,
  type SequenceTracks,
} from "./sequence/sequence-tracker.ts";
export { Tracker, type Tracks, type UpdateOptions } from "./tracker.ts";
export type { TrackerInput } from "./tracker-input.ts";
export { type NamedCounts, type NamedZoneEvent, namedCounts, namedEvents } from "./zones/named-zones.ts";
export { type Point, parseZones, type Zones } from "./zones/parse-zones.ts";
export { type ClassCounts, totalOf, ZoneCounter, type ZoneCounts, type ZoneEvent } from "./zones/zone-counter.ts";

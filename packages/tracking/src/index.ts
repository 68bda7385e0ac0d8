export { assign } from "./assign.ts";
export { KalmanFilter, type KalmanKind, type KalmanState, warpState } from "./kalman-filter.ts";
export { Tracker, type TrackerInput, type Tracks, type UpdateOptions } from "./tracker.ts";

import { withDefaults } from "@lookonce/config";
import type { ResultsTracker } from "@lookonce/inference";
import type { PredictOptions, TrackOptions } from "./options.ts";
import type { Tracking } from "./predict-stream.ts";

/** A tracker, and what it was opened with. */
export interface OpenedTracker {
  key: string;
  tracker: ResultsTracker;
}

/** Opens the tracker of one call of `track`, or continues the current one with `persist` and equal settings. */
export async function openTracker(
  { tracker: given, ...options }: TrackOptions,
  { current, log }: { current: OpenedTracker | undefined; log: (line: string) => void },
): Promise<{ opened: OpenedTracker; tracking: Tracking; rest: PredictOptions }> {
  const named = typeof given === "string" ? { ...options, tracker: given } : options;
  const { tracker, persist, trails, zones, saveTxt, saveEvents, saveConf: _, ...rest } = withDefaults("track", named);
  const chosen = typeof given === "object" ? given : tracker;
  const key = JSON.stringify({ chosen, trails, zones });
  const { ResultsTracker, readTracker, readZones } = await import("@lookonce/inference/tracking");
  const open = async (): Promise<OpenedTracker> => {
    const settings = typeof chosen === "string" ? await readTracker(chosen) : chosen;
    const counted = zones === undefined ? undefined : await readZones(zones);
    return { key, tracker: new ResultsTracker({ settings, trails, zones: counted, notify: log }) };
  };
  const opened = persist && current?.key === key ? current : await open();
  opened.tracker.persist = persist;
  const tracking = { tracker: opened.tracker, saveTracks: saveTxt, saveEvents: saveEvents && zones !== undefined };
  return { opened, tracking, rest };
}

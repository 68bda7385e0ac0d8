import { prefix } from "./connect.ts";

/** Seconds for which a queue knows what is over. */
export const keepSeconds: number = 7 * 24 * 3600;

/** Why a canceled job failed. */
export const canceledReason = "canceled";

/** The hash of workers of all versions, by their ids. */
export const workersKey: string = `${prefix}:workers`;

/** Is there while a run is canceled. */
export function canceledKey(run: string): string {
  return `${prefix}:canceled:${run}`;
}

/** The stream of a job's events. */
export function eventsKey(id: string): string {
  return `${prefix}:events:${id}`;
}

import type { LoadOptions } from "lookonce";
import type { JobTask } from "./messages.ts";
import type { Performance } from "./performance.ts";

/** How a job's model is loaded: on the service's device, with the lines for people sent to it. */
export function placeOf({ place, options }: JobTask, tell: Performance["tell"]): LoadOptions {
  const { seed } = options as { seed?: number };
  return {
    ...place,
    ...(seed === undefined ? {} : { seed }),
    log: (message) => tell({ type: "log", line: { level: "info", message } }),
  };
}

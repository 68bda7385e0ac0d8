import { LookonceError } from "@lookonce/errors";
import type { OpenSourceOptions, SourceSettings } from "./source.ts";

/**
 * Fills in defaults and checks ranges.
 *
 * @throws LookonceError `ARGUMENT` naming the option
 */
export function settle(options: OpenSourceOptions): SourceSettings {
  const { vidStride = 1, streamBuffer = false, timeout = 30, maxBytes = 256 * 2 ** 20 } = options;
  const { ffmpeg = "ffmpeg", notify = () => {} } = options;
  if (!Number.isInteger(vidStride) || vidStride < 1) {
    throw new LookonceError("ARGUMENT", `vidStride must be a whole number from 1 on, not ${vidStride}.`);
  }
  if (!(timeout > 0)) throw new LookonceError("ARGUMENT", `timeout must be seconds above 0, not ${timeout}.`);
  if (!(maxBytes >= 1)) throw new LookonceError("ARGUMENT", `maxBytes must be 1 or more, not ${maxBytes}.`);
  return { ...options, vidStride, streamBuffer, timeout, maxBytes, ffmpeg, notify };
}

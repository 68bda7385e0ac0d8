import { existsSync } from "node:fs";
import { parseTracker, type TrackerSettings, trackerPresets } from "@lookonce/config";
import { readYaml } from "@lookonce/documents";
import { LookonceError } from "@lookonce/errors";
import { parseZones, type Zones } from "@lookonce/tracking";

/**
 * Reads a tracker's settings: a YAML file, or the name of a shipped one, `bytetrack.yaml` or `botsort.yaml`, where there is no
 * such file.
 *
 * @throws LookonceError `NOT_FOUND` or `IO` without the file; `FORMAT` when it is no YAML map; `ARGUMENT` for its settings
 */
export async function readTracker(path: string): Promise<TrackerSettings> {
  const preset = Object.entries(trackerPresets).find(([name]) => name === path || name === `${path}.yaml`);
  if (preset !== undefined && !existsSync(path)) return parseTracker(preset[1], { name: path });
  const hint = (): string => ` There are ${Object.keys(trackerPresets).join(" and ")} without a file.`;
  const expected = "keys such as tracker_type: and track_buffer:";
  const { text, content } = await readYaml(path, { what: "tracker file", expected, hint });
  try {
    return parseTracker(content, { name: path });
  } catch (error) {
    throw withLine(error, { path, text });
  }
}

/**
 * Reads lines and zones from a YAML file.
 *
 * @throws LookonceError `NOT_FOUND` or `IO` without the file; `FORMAT` when it is no YAML map; `ARGUMENT` for what is in it
 */
export async function readZones(path: string): Promise<Zones> {
  const expected = "keys such as lines: and zones:";
  const { text, content } = await readYaml(path, { what: "zones file", expected });
  try {
    return parseZones(content, path);
  } catch (error) {
    throw withLine(error, { path, text });
  }
}

/** The error with the line of the first key that it names. */
function withLine(error: unknown, { path, text }: { path: string; text: string }): unknown {
  if (!(error instanceof LookonceError)) return error;
  const index = text.split("\n").findIndex((line) => {
    const key = /^\s*(\w+)\s*:/.exec(line)?.[1];
    return key !== undefined && new RegExp(`(^|["\\s])${key}("|\\s|:)`).test(error.message.slice(path.length));
  });
  if (index < 0) return error;
  const rest = error.message.slice(path.length);
  return new LookonceError(error.code, `${path}, line ${index + 1}${rest}`, { cause: error });
}

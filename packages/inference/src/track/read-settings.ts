import { parseTracker, type TrackerSettings, trackerPresets } from "@lookonce/config";
import { lineOf, readYaml } from "@lookonce/documents";
import { existsSync } from "@lookonce/files";
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
  return parseTracker(content, { name: path, place: placesIn(text) });
}

/**
 * Reads lines and zones from a YAML file.
 *
 * @throws LookonceError `NOT_FOUND` or `IO` without the file; `FORMAT` when it is no YAML map; `ARGUMENT` for what is in it
 */
export async function readZones(path: string): Promise<Zones> {
  const expected = "keys such as lines: and zones:";
  const { text, content } = await readYaml(path, { what: "zones file", expected });
  return parseZones(content, path, placesIn(text));
}

/** Where keys stand in a text, for errors. */
function placesIn(text: string): (key: string, section?: string) => string {
  return (key, section) => {
    const line = lineOf(text, key, section);
    return line === undefined ? "" : `, line ${line}`;
  };
}
